import { readFileSync, writeFileSync } from "node:fs";
import { readLookAlikes } from "./read-look-alikes.ts";
import { renderTable } from "./render-table.ts";

// Writes src/core/names/look-alike-table.ts from Unicode's confusables, as Debian packages them:
//
//   apt-get download python3-confusable-homoglyphs && dpkg-deb -x python3-confusable-homoglyphs_*.deb unpacked
//   find unpacked -name confusables.json
//   npm run node -- test/core/names/look-alike-table/write-table.ts <confusables.json> <version of the package>

const [, , source, version] = process.argv;
if (source === undefined || version === undefined) {
  throw new Error("Give the path of confusables.json and the version of the package that it is from.");
}
const lookAlikes = readLookAlikes(JSON.parse(readFileSync(source, "utf8")));
writeFileSync("src/core/names/look-alike-table.ts", renderTable(lookAlikes, version));
console.log(`${[...lookAlikes.values()].flat().length} characters that look like ${lookAlikes.size} others`);
