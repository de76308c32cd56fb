import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Directory } from "../../src/core/directory/directory.ts";
import { listOfPromises, type Misbehaviour, misbehaviours, SECRET } from "../support/misbehaviour.ts";
import { permit, scriptedSync } from "./scripted-sync.ts";

// Both functions of a host's directory, times every way in which they may misbehave, over the whole life of
// two permits: of a company of which the directory misbehaves, and of one of which it does not.

// Later than the ten seconds that a directory is waited for. Promises that come late come in real time, after the test.
const LATE_MS = 1;

type Told = "directory_failed" | "unmapped" | undefined;

interface Callback {
  readonly name: keyof Directory;
  readonly more: readonly Misbehaviour[];
  readonly told: (how: Misbehaviour) => Told;
}

const CALLBACKS: readonly Callback[] = [
  {
    name: "getCompany",
    more: [],
    // A company that does not exist is reported by its permits.
    told: ({ kind, value }) =>
      kind === "gives" && (value === undefined || value === null) ? "unmapped" : "directory_failed",
  },
  { name: "listLocations", more: [listOfPromises], told: () => "directory_failed" },
];

let unhandled = 0;
const note = () => {
  unhandled += 1;
};
beforeAll(() => process.on("unhandledRejection", note));
afterAll(() => {
  process.off("unhandledRejection", note);
});
beforeEach(() => {
  unhandled = 0;
});

let count = 0;

describe.each(CALLBACKS)("directory.$name", ({ name, more, told }) => {
  const hows = misbehaviours(LATE_MS).filter((how) => !how.name.includes("too late"));
  it.each([...hows, ...more])("that $name", async (how) => {
    count += 1;
    let misbehaves = true;
    const base = scriptedSync();
    const good: Directory = {
      getCompany: (id) => base.companies.get(id),
      listLocations: (id) => base.locations.get(id) ?? [],
    };
    const scripted = scriptedSync(["alpha"], {
      directory: {
        ...good,
        [name]: (id: string) => (misbehaves && id === "c" ? how.run() : good[name](id)),
      },
    });
    const { sync, vendor, events, pass, until } = scripted;
    await sync.start();
    const results = await until(
      sync.issueMany([permit("P1"), permit("P2", { companyId: "d", locationIds: ["d-lot"] })]),
    );
    expect(results.map(({ status }) => status)).toEqual(["recorded", "recorded"]);
    await pass(5 * 60_000);

    expect(vendor().requests).toEqual(["register P2"]);
    const failures = events.filter(({ type }) => type === "directory_failed" || type === "unmapped");
    expect(failures).toMatchObject([{ type: told(how), companyId: "c" }]);
    expect(JSON.stringify(events)).not.toContain(SECRET);

    misbehaves = false;
    await until(sync.refresh({ companyId: "c" }));
    await until(sync.idle());
    expect([...vendor().requests].sort()).toEqual(["register P1", "register P2"]);
    await until(sync.stop());
    expect({ unhandled, timers: scripted.hasTimer() }).toEqual({ unhandled: 0, timers: false });
  });

  it("that settles long after it was given up changes nothing, however it settles", async () => {
    for (const end of ["resolves", "rejects"] as const) {
      count += 1;
      const base = scriptedSync();
      const late: Array<() => void> = [];
      let misbehaves = true;
      const answer = (id: string) =>
        name === "getCompany" ? base.companies.get(id) : (base.locations.get(id) ?? []);
      const scripted = scriptedSync(["alpha"], {
        directory: {
          getCompany: (id) => base.companies.get(id),
          listLocations: (id) => base.locations.get(id) ?? [],
          [name]: (id: string) =>
            misbehaves && id === "c"
              ? new Promise((resolve, reject) => {
                  late.push(() => (end === "resolves" ? resolve(answer(id)) : reject(new Error(SECRET))));
                })
              : answer(id),
        },
      });
      const { sync, vendor, types, pass, until } = scripted;
      await sync.start();
      await until(sync.issue(permit("P1")));
      await pass(30_000);
      expect(types()).toEqual(["directory_failed"]);
      misbehaves = false;
      for (const settle of late) settle();
      await until(sync.idle());
      expect(vendor().requests).toEqual(["register P1"]);
      expect(types()).toEqual(["directory_failed", "directory_recovered", "acknowledged"]);
      await until(sync.stop());
      await vi.waitFor(() => expect(unhandled).toBe(0));
    }
  });
});

it("prints the number of cases", () => {
  console.log(`sync: ${CALLBACKS.length} functions of a host's directory, ${count} misbehaviours of them`);
  expect(count).toBeGreaterThan(80);
});
