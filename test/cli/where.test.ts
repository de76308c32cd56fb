import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePlate } from "../../src/core/permit/plate.ts";
import { createSqliteLedger } from "../../src/sync/sqlite/sqlite-ledger.ts";
import { claim, deliveryOf, issue, minute, revoke, rightAt, updateOf } from "../sync/ledger/fixtures.ts";
import { command, createWorkspace } from "./command-line.ts";

const workspace = createWorkspace();
const path = join(workspace.folder, "permits.db");
const { ledger } = createSqliteLedger({ path });
afterAll(async () => {
  await ledger.close();
  workspace.remove();
});

// Valid at the time of the command line's clock.
const valid = { validFrom: new Date("2026-09-01T00:00:00Z"), validTo: new Date("2027-09-01T00:00:00Z") };
const MAPPING = `
company: { id: university, name: University of Fundy, providers: { passport: { enabled: true } } }
locations:
  - { id: lot-1, name: Lot 1, providers: { passport: { enabled: true, target: "Zone 1" } } }
  - { id: lot-2, name: Lot 2, providers: { passport: { enabled: true } } }
`;

/** A ledger that its host still has open. */
beforeAll(async () => {
  await ledger.open();
  await ledger.record([
    issue({ id: "P-1", plates: [parsePlate("ABC 123")], ...valid }),
    issue({ id: "P-2", plates: [parsePlate("XYZ 777")], locationIds: ["lot-2"], ...valid }),
    issue({ id: "P-3", plates: [parsePlate("OLD 1")], ...valid }),
    revoke(1, "P-3"),
  ]);
  const right = rightAt("Zone 1");
  const registration = { ...right.registration, permitId: "P-1", validTo: valid.validTo.toISOString() };
  const receipt = { ...right.receipt, registration, coveredUntil: registration.validTo } as never;
  const acknowledged = { ...right, registration, receipt, acknowledgedAt: minute(2).toISOString() };
  const claimed = await claim(ledger, 2);
  await ledger.save(
    claimed.map((one) =>
      one.permitId === "P-1" ? updateOf(one, { delivery: deliveryOf([acknowledged]) }) : updateOf(one),
    ),
  );
});

const where = (...args: string[]) => command(["where", ...args, "--ledger", path]);

describe("where", () => {
  it("says where a permit is, by its id and by its plate, while the host has the ledger open", async () => {
    const byId = await where("P-1");
    expect(byId).toMatchObject({ code: 0, stderr: "" });
    const [about, entry, ...others] = byId.stdout.trimEnd().split("\n");
    expect(about).toMatch(/^Permit P-1 of company university: passport has it now \(/);
    expect(entry).toBe(
      'passport: plate ABC123 at lot-1 ("Zone 1" there) is there since 2026-09-01 08:02 UTC, until 2027-09-01 00:00 UTC, under reference reference of Zone 1. Nothing is to be done; if an officer does not see it, compare plate, location and time with the ticket, then ask the vendor, with this reference.',
    );
    expect(others).toEqual(["", "1 permit: the vendors have all of it"]);
    expect(await where("abc-123")).toEqual(byId);
    expect(await where("ABC 123", "--company-id", "university")).toEqual(byId);
  });

  it("ends with 1 when a vendor does not have it, and says why as far as it was told", async () => {
    expect(await where("P-2")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining("not judged: no directory"),
    });
    const mapping = workspace.write("mapping.yaml", MAPPING);
    const told = await where("XYZ777", "--mapping", mapping);
    expect(told.code).toBe(1);
    expect(told.stdout).toContain(
      "passport: plate XYZ777 at lot-2 is not there: the directory does not say what passport calls this location. Offstreet's staff have to enter the vendor's name for the location in the directory, exactly as the vendor writes it.",
    );
    expect(await where("P-3")).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /the permit was revoked[\s\S]*\n1 permit: the vendors do not have all of it \(1 not sent\)\n$/,
      ),
    });
    expect(told.stdout).toMatch(/\n1 permit: the vendors do not have all of it \(1 not sent\)\n$/);
  });

  it("ends with 1 when there is no such permit or plate, in this company", async () => {
    const none = {
      code: 1,
      stdout:
        "The ledger has no permit with this id, and none with this plate; plates of revoked permits are not searched.\n",
      stderr: "",
    };
    expect(await where("NOBODY")).toEqual(none);
    const noPlate = "The ledger has no permit with this id, which cannot be a plate either.\n";
    expect(await where("***")).toEqual({ ...none, stdout: noPlate });
    expect(await where("ABC123", "--company-id", "college")).toEqual(none);
    // A revoked permit is found by its id alone.
    expect(await where("OLD1")).toEqual(none);
  });

  it("prints the explanations as JSON", async () => {
    const { code, stdout } = await where("ABC123", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "offstreet-enforcement/where",
      version: 1,
      verdict: { ok: true, mark: "good", text: "1 permit: the vendors have all of it" },
      permits: [
        { permitId: "P-1", state: "active", entries: [{ status: "acknowledged", providerId: "passport" }] },
      ],
    });
    const none = await where("NOBODY", "--json");
    expect({ ...JSON.parse(none.stdout), code: none.code }).toMatchObject({
      code: 1,
      verdict: { ok: false, mark: "attention" },
      permits: [],
    });
  });

  it.each([
    [["where", "P-1"], "Name the ledger's file: --ledger <file>."],
    [["where", "--ledger", "x.db"], "Name the permit id or plate."],
    [["where", "P-1", "--ledger", "missing.db"], "--ledger: leads to no file."],
  ])("refuses what it cannot use: %j", async (args, message) => {
    const { code, stdout, stderr } = await command(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});
