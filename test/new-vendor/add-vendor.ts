import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The direction: permits are pushed to the vendor, or the vendor calls the host. */
export type VendorKind = "push" | "pull";

const TEMPLATES = join(import.meta.dirname, "templates");

const NEEDS: Readonly<Record<VendorKind, string>> = {
  push: "| endpoint and token | the vendor      | where permits are pushed to                   |",
  pull: [
    "| endpoint URL       | Offstreet       | the https address of the permit lookup        |",
    "| user name, password | Offstreet      | with them the vendor proves who it is         |",
  ].join("\n"),
};

/**
 * Makes a vendor that works, of a made-up contract: its folder with provider, mapping, set-up, sandbox and descriptor, its
 * tests and its page; its line in the list of vendors, and its line among the names that the root exports. The package's
 * entry, the compiler's path and the API pages find the folder by a pattern.
 *
 * @param name lower-case words with hyphens between them
 * @returns the files that were written or changed, relative to the repository
 */
export function addVendor(repository: string, name: string, kind: VendorKind): string[] {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw new Error(
      "A vendor's name is lower-case letters and digits, with hyphens between words: acme-parking.",
    );
  }
  if (existsSync(join(repository, "src/vendors", name)))
    throw new Error(`There is a vendor ${name} already.`);
  const changed = [...writeTemplates(repository, name, kind), ...addLines(repository, name)];
  const biome = join(repository, "node_modules/@biomejs/biome/bin/biome");
  const formatted = changed.filter((path) => /\.ts$/.test(path));
  execFileSync(process.execPath, [biome, "check", "--write", ...formatted], {
    cwd: repository,
    stdio: "pipe",
  });
  return changed.sort();
}

/** The spellings of a name in the templates. */
function fill(text: string, name: string): string {
  const words = name.split("-");
  const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  const pascal = words.map(capital).join("");
  return text
    .replaceAll("acme-name", name)
    .replaceAll("Acme Name", words.map(capital).join(" "))
    .replaceAll("AcmeName", pascal)
    .replaceAll("acmeName", pascal.charAt(0).toLowerCase() + pascal.slice(1))
    .replaceAll("ACME_NAME", words.join("_").toUpperCase());
}

function writeTemplates(repository: string, name: string, kind: VendorKind): string[] {
  const read = (path: string) => readFileSync(join(TEMPLATES, path), "utf8");
  const files = new Map<string, string>();
  for (const folder of ["both", kind]) {
    for (const path of globSync("src/**/*.ts.txt", { cwd: join(TEMPLATES, folder) })) {
      const target = path.replace("src", `src/vendors/${name}`).replace(/\.txt$/, "");
      files.set(target, read(`${folder}/${path}`));
    }
    for (const path of globSync("test/*.test.ts.txt", { cwd: join(TEMPLATES, folder) })) {
      const target = path.replace("test", `test/vendors/${name}`).replace(/\.txt$/, "");
      files.set(target, read(`${folder}/${path}`));
    }
  }
  const setup = `src/vendors/${name}/setup.ts`;
  const requirements = read(`${kind}/src/requirements.txt`).trimEnd();
  files.set(setup, files.get(setup)?.replace("@REQUIREMENTS@", () => requirements) ?? "");
  const page = read("both/docs.md.txt")
    .replace("@NEEDS@", () => NEEDS[kind])
    .replace("@WIRE@", kind === "push" ? "What we send" : "What we answer");
  files.set(`docs/vendors/${name}.md`, page);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), fill(text, name));
  }
  return [...files.keys()];
}

/** Adds a line to the list of vendors, and one to the vendors' names at the root. */
function addLines(repository: string, name: string): string[] {
  const exported = fill("createAcmeNameProvider, type AcmeNameOptions, validateAcmeNameMapping", name);
  edit(
    repository,
    "src/vendors/list.ts",
    (text) =>
      fill(`import { acmeNameVendor } from "./acme-name/vendor.ts";\n`, name) +
      text.replace(/export const VENDORS = \[([^\]]*?),?\s*\]/, (_, vendors: string) =>
        fill(`export const VENDORS = [${vendors}, acmeNameVendor]`, name),
      ),
  );
  edit(
    repository,
    "src/vendors/index.ts",
    (text) => `${text}export { ${exported} } from "./${name}/index.ts";\n`,
  );
  return ["src/vendors/list.ts", "src/vendors/index.ts"];
}

function edit(repository: string, path: string, change: (text: string) => string): void {
  const file = join(repository, path);
  const text = readFileSync(file, "utf8");
  const changed = change(text);
  if (changed === text) throw new Error(`${path} is not as this script expects it.`);
  writeFileSync(file, changed);
}
