import { readFileSync } from "node:fs";
import { createSandbox } from "../../src/sandbox/index.ts";
import { command, NOW, type Workspace } from "./command-line.ts";

/** A customer with one location, which the vendor's sandbox has as well, and the page of each command about it. */
export interface HealthyLocation {
  readonly mapping: string;
  readonly reports: Readonly<Record<"check" | "readiness" | "test-plate", { file: string; html: string }>>;
  close(): Promise<void>;
}

const ZONE = "5ebb04a1-e52c-40ea-baf1-48087cca24a4";

/** Takes one location live at Passport's sandbox: check, test plate, readiness. */
export async function createHealthyLocation(workspace: Workspace): Promise<HealthyLocation> {
  const { passport, listen } = createSandbox({
    clock: () => NOW,
    passport: { zones: [{ id: ZONE, number: "101", name: "Lot 101" }] },
  });
  const server = await listen();
  const mapping = workspace.write(
    "healthy.yaml",
    `company: { id: fundy, name: University of Fundy, providers: { passport: { enabled: true, code: PASSPORTUNIVERSITYOFFUNDY } } }
locations:
  - { id: lot-101, name: Lot 101, region: CA-NB, providers: { passport: { enabled: true, target: ${ZONE}, stage: live } } }
vendors:
  passport:
    operatorId: ${passport.operatorId}
    baseUrl: ${server.passportUrl}
    zones: [{ id: ${ZONE}, number: 101, name: Lot 101 }]
`,
  );
  const environment = {
    PASSPORT_CLIENT_ID: passport.clientId,
    PASSPORT_CLIENT_SECRET: passport.clientSecret,
  };
  const report = async (name: string, ...flags: string[]) => {
    const file = `${workspace.folder}/${name}.html`;
    const { code, stderr } = await command([name, mapping, ...flags, "--out", file], { environment });
    if (code === 2) throw new Error(stderr);
    return { file, html: readFileSync(file, "utf8") };
  };
  const check = await report("check");
  const testPlate = await report("test-plate", "--all");
  const readiness = await report("readiness");
  return { mapping, reports: { check, readiness, "test-plate": testPlate }, close: () => server.close() };
}
