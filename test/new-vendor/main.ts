import { addVendor, type VendorKind } from "./add-vendor.ts";

// npm run new-vendor NAME -- --push|--pull

const [name, ...flags] = process.argv.slice(2);
const kind = flags.length === 1 ? /^--(push|pull)$/.exec(flags[0] ?? "")?.[1] : undefined;

if (name === undefined || kind === undefined) {
  console.error("npm run new-vendor <name> -- --push   for a vendor that permits are pushed to");
  console.error("npm run new-vendor <name> -- --pull   for a vendor that sends lookups to the host");
  process.exitCode = 2;
} else {
  try {
    const written = addVendor(process.cwd(), name, kind as VendorKind);
    console.log(written.join("\n"));
    console.log(
      "\nReplace the made-up contract by the vendor's. Then: npx vitest run test/public-api.test.ts --update, npx changeset",
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
