import { expect, it } from "vitest";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import { createPermitSync } from "../../../src/sync/permit-sync.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { createLedgers, permit } from "../postgres/ledgers.ts";

const ledgers = createLedgers();

it("idle() on a machine that is not woken resolves once another machine has delivered everything", async () => {
  const { hotspot } = createSandbox({ hotspot: { token: "t0ken", spotIds: ["00001"] } });
  let answer = () => {};
  const mayAnswer = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let begin = () => {};
  const hasBegun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const on = { push: { enabled: true } };
  const lot = { id: "lot", companyId: "university", name: "Lot", region: "NB" };
  const directory = memoryDirectory({
    companies: [{ id: "university", name: "University", providers: on }],
    locations: [{ ...lot, providers: { push: { enabled: true, target: "00001" } } }],
  });
  const createMachine = async () =>
    createPermitSync({
      ...{ directory, ledger: await ledgers.open() },
      providers: [
        createHotSpotProvider({
          ...{ id: "push", baseUrl: "https://sandbox.invalid/hotspot", token: "t0ken" },
          fetch: async (input, init) => {
            begin();
            await mayAnswer;
            return hotspot.fetch(new Request(input as Request, init));
          },
        }),
      ],
    });
  const [worker, other] = [await createMachine(), await createMachine()];
  await worker.start();
  await worker.issue(permit("P-1", { validFrom: new Date() }));
  await hasBegun;
  let isOver = false;
  const idle = other.idle().then(() => {
    isOver = true;
  });
  expect((await other.status()).providers).toMatchObject([{ pending: 1 }]);
  expect(isOver).toBe(false);
  answer();
  await idle;
  expect(hotspot.findPermits({ at: new Date() })).toHaveLength(1);
  await worker.stop();
});
