import { Session } from "node:inspector/promises";
import { relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { memoryDirectory } from "../../src/core/directory/directory.ts";
import { parsePlate } from "../../src/core/permit/plate.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";
import { memoryLedger } from "../../src/sync/memory/memory-ledger.ts";
import { createPermitSync } from "../../src/sync/permit-sync.ts";
import { createPassportProvider } from "../../src/vendors/passport/provider.ts";

// Prints the files of src that one permit passes on its way to Passport's wire: those of which a function ran between the
// call of `issue` and the first request to a vendor that has given a token before. `npm run permit-path` starts it.

const repository = resolve(import.meta.dirname, "../..");
const ZONE = "7d0f6a52-0c52-4a8b-9f55-3c1f1d0f7a11";

const session = new Session();
session.connect();
await session.post("Profiler.enable");
await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });

/** The files of which a function ran since the last call. */
async function takeFiles(): Promise<string[]> {
  const { result } = await session.post("Profiler.takePreciseCoverage");
  return result
    .filter(
      ({ url, functions }) => url.startsWith("file:") && functions.some(({ ranges }) => ranges[0]?.count),
    )
    .map(({ url }) => relative(repository, fileURLToPath(url)))
    .filter((path) => path.startsWith("src/") && !path.includes("sandbox/"));
}

const sandbox = createSandbox({
  passport: { zones: [{ id: ZONE, number: "101", name: "Downtown Lot" }] },
});
let onRequest: (() => Promise<void>) | undefined;
const enabled = { passport: { enabled: true, target: "101" } };
const sync = createPermitSync({
  providers: [
    createPassportProvider({
      operatorId: sandbox.passport.operatorId,
      clientId: sandbox.passport.clientId,
      clientSecret: sandbox.passport.clientSecret,
      baseUrl: "https://passport.test/passport",
      fetch: async (input, init) => {
        await onRequest?.();
        return sandbox.fetch(String(input), init);
      },
    }),
  ],
  ledger: memoryLedger(),
  directory: memoryDirectory({
    companies: [{ id: "c", name: "C", providers: { passport: { enabled: true } } }],
    locations: [{ id: "lot", companyId: "c", name: "Downtown Lot", region: "NB", providers: enabled }],
  }),
});
const permit = (id: string) => ({
  id,
  companyId: "c",
  revision: 1,
  plates: [parsePlate(id)],
  locationIds: ["lot"],
  validFrom: new Date(),
  validTo: null,
});

await sync.start();
// The first permit fetches the token and the zones.
await sync.issue(permit("FIRST1"));
await sync.idle();
await takeFiles();
let passed: string[] | undefined;
onRequest = async () => {
  passed ??= await takeFiles();
};
await sync.issue(permit("SECOND2"));
await sync.idle();
await sync.stop();
session.disconnect();

if (passed === undefined) throw new Error("Nothing was sent.");
for (const path of passed.sort()) console.log(path);
console.log(`${passed.length} files`);
