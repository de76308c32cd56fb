// Runs in a process of its own, which the test kills. It tells on standard output how far it has come, and stays there.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import { fileEvidence } from "../../../src/setup/evidence/file-evidence.ts";
import { runTestPlate } from "../../../src/setup/test-plate/run-test-plate.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { createPassportProvider } from "../../../src/vendors/passport/provider.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/provider.ts";
import { COMPANY, LOCATIONS, OPERATOR_ID } from "../campus-data.ts";

const [vendor = "", url = "", folder = ""] = process.argv.slice(2);
const { CLIENT_ID = "", CLIENT_SECRET = "", TOKEN = "" } = process.env;

const tell = (word: string) => {
  process.stdout.write(`${word}\n`);
  // The signal ends it.
  setInterval(() => {}, 1_000);
  return new Promise<never>(() => {});
};
const common = {
  directory: memoryDirectory({ companies: [COMPANY], locations: LOCATIONS }),
  companyId: COMPANY.id,
  locationId: "lot-b",
  evidence: fileEvidence(join(folder, "evidence.json")),
  confirm: () => tell("asked"),
};

switch (vendor) {
  case "hotspot":
    await runTestPlate({ ...common, provider: createHotSpotProvider({ baseUrl: url, token: TOKEN }) });
    break;
  case "passport": {
    const client = { operatorId: OPERATOR_ID, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET };
    const provider = createPassportProvider({ ...client, baseUrl: url });
    await runTestPlate({ ...common, provider: { ...provider, find: () => tell("registered") } });
    break;
  }
  case "t2-flex":
    await runTestPlate({
      ...common,
      provider: createT2FlexProvider(),
      permits: {
        set: ({ id }) => writeFileSync(join(folder, `${id}.permit`), "{}"),
        remove: (id) => rmSync(join(folder, `${id}.permit`), { force: true }),
      },
      lookup: { handler: () => tell("issued"), credentials: { username: "x", password: "y" } },
    });
    break;
}
