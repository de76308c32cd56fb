import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import type { PushChange } from "../../../src/core/registration/push-operations.ts";
import { listAll } from "../list-all.ts";
import { permit, type ScriptedVendor, START, scriptedSync } from "../scripted-sync.ts";

const HOUR_MS = 60 * 60_000;
const lost = new EnforcementError("timeout", "No reply.", { attempts: 1, outcome: "unknown" });
const refused = new EnforcementError("rejected", "No.", { attempts: 1, status: 400, vendorCode: "9005" });
const gone = new EnforcementError("rejected", "None.", {
  attempts: 1,
  vendorCode: "9009",
  reason: "not_found",
});

/** Sync whose first registration was carried out (or was not), got no reply, and was refused when it was repeated. */
async function refusedInDoubt({ isThere = true, ownReferences = true } = {}) {
  const scripted = scriptedSync();
  const alpha = scripted.vendor();
  Object.assign(alpha.provider, { capabilities: { ...alpha.provider.capabilities, ownReferences } });
  const cancels: PushChange[] = [];
  let count = 0;
  alpha.answer = ([change]) => {
    if (change?.kind === "cancel") {
      cancels.push(change);
      return alpha.live.has(change.identity) ? undefined : gone;
    }
    count += 1;
    if (count === 1 && isThere && change !== undefined) alpha.live.add(change.identity);
    return count === 1 ? lost : refused;
  };
  const { sync, until } = scripted;
  await sync.start();
  await until(sync.issue(permit("P1")));
  await until(sync.idle());
  expect(await listAll(sync.failures())).toMatchObject([{ operation: "register", vendorCode: "9005" }]);
  return { ...scripted, alpha, cancels };
}

const registersOf = ({ requests }: ScriptedVendor) =>
  requests.filter((request) => request.startsWith("register")).length;

describe("a registration that was refused after an attempt without an answer", () => {
  it("is withdrawn by its own reference when its permit is revoked", async () => {
    const { sync, alpha, cancels, types, until } = await refusedInDoubt();
    const [reference] = alpha.live;
    await until(sync.revoke("P1"));
    await until(sync.idle());
    expect(alpha.live.size).toBe(0);
    expect(cancels).toMatchObject([{ reference, identity: reference, target: "zone" }]);
    expect(await listAll(sync.failures())).toEqual([]);
    expect(types()).toEqual(["refused", "acknowledged"]);
    expect(registersOf(alpha)).toBe(2);
    await until(sync.stop());
  });

  it("is withdrawn when its permit is revoked although a person dismissed the refusal", async () => {
    const { sync, alpha, until } = await refusedInDoubt();
    const [failure] = await listAll(sync.failures());
    await until(sync.dismiss(failure?.key ?? ""));
    await until(sync.idle());
    expect(alpha.live.size).toBe(1);
    expect(alpha.requests).toHaveLength(2);
    await until(sync.revoke("P1"));
    await until(sync.idle());
    expect(alpha.live.size).toBe(0);
    expect(await listAll(sync.failures())).toEqual([]);
    await until(sync.stop());
  });

  it("is left as it is when a person dismisses the refusal of its withdrawal", async () => {
    const { sync, alpha, until, pass } = await refusedInDoubt();
    alpha.answer = () => refused;
    await until(sync.revoke("P1"));
    await until(sync.idle());
    const [failure] = await listAll(sync.failures());
    expect(failure).toMatchObject({ operation: "cancel" });
    await until(sync.dismiss(failure?.key ?? ""));
    await until(sync.idle());
    const { length } = alpha.requests;
    await pass(24 * HOUR_MS);
    expect(alpha.requests).toHaveLength(length);
    expect(await listAll(sync.failures())).toEqual([]);
    await until(sync.stop());
  });

  it("has its refused withdrawal sent again at once by retry(), although sync itself would wait for minutes", async () => {
    const { sync, alpha, until, pass } = await refusedInDoubt();
    alpha.answer = () => refused;
    await until(sync.revoke("P1"));
    await until(sync.idle());
    const [failure] = await listAll(sync.failures());
    const { length } = alpha.requests;
    alpha.answer = ([change]) => {
      alpha.live.delete(change?.identity ?? "");
      return undefined;
    };
    expect(await until(sync.retry(failure?.key ?? ""))).toMatchObject({ status: "done" });
    await pass(1_000);
    expect(alpha.requests).toHaveLength(length + 1);
    expect(alpha.live.size).toBe(0);
    await pass(24 * HOUR_MS);
    expect(alpha.requests).toHaveLength(length + 1);
    await until(sync.stop());
  });

  it("counts as absent when the vendor does not find it", async () => {
    const { sync, ledger, alpha, until, pass } = await refusedInDoubt({ isThere: false });
    await until(sync.revoke("P1"));
    await until(sync.idle());
    expect(await listAll(sync.failures())).toEqual([]);
    expect(await listAll(ledger.listAt("alpha", "zone"))).toEqual([]);
    const { length } = alpha.requests;
    await pass(24 * HOUR_MS);
    expect(alpha.requests).toHaveLength(length);
    await until(sync.stop());
  });

  it("is withdrawn when the plate changes, after the new one was registered", async () => {
    const { sync, alpha, until } = await refusedInDoubt();
    const answer = alpha.answer;
    alpha.answer = (changes) =>
      changes[0]?.registration.plate.number === "NEW1" ? undefined : answer(changes);
    await until(sync.revise(permit("P1", { revision: 2, plates: [{ raw: "NEW1", number: "NEW1" }] })));
    await until(sync.idle());
    expect(alpha.requests.slice(-2)).toEqual(["register NEW1", "cancel P1"]);
    expect(alpha.live.size).toBe(1);
    expect(await listAll(sync.failures())).toEqual([]);
    await until(sync.stop());
  });

  it("is withdrawn at growing intervals while the vendor refuses that too, and registered anew afterwards", async () => {
    const { sync, alpha, until, pass } = await refusedInDoubt();
    const [reference] = alpha.live;
    alpha.answer = () => refused;
    const before = alpha.requests.length;
    await until(sync.revoke("P1"));
    await pass(24 * HOUR_MS);
    expect(await listAll(sync.failures())).toMatchObject([{ operation: "cancel", vendorCode: "9005" }]);
    const asked = alpha.requests.slice(before);
    expect(new Set(asked)).toEqual(new Set(["cancel P1"]));
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.length).toBeLessThan(35);
    // A right that may be cancelled already is not registered again under its reference.
    await until(sync.issue(permit("P1", { revision: 2 })));
    alpha.answer = () => undefined;
    await pass(2 * HOUR_MS);
    expect(alpha.live.size).toBe(1);
    expect(alpha.live.has(reference ?? "")).toBe(false);
    expect(await listAll(sync.failures())).toEqual([]);
    await until(sync.stop());
  });

  it("is registered again where the vendor knows rights by its own references only", async () => {
    const { sync, alpha, cancels, until, pass } = await refusedInDoubt({ ownReferences: false });
    await until(sync.revoke("P1"));
    await pass(HOUR_MS);
    expect(cancels).toEqual([]);
    expect(registersOf(alpha)).toBeGreaterThan(3);
    alpha.answer = () => undefined;
    await pass(HOUR_MS);
    expect(alpha.live.size).toBe(0);
    expect(await listAll(sync.failures())).toEqual([]);
    await until(sync.stop());
  });
});

describe("a right whose earlier end got no answer and was refused when it was repeated", () => {
  it("is cancelled as of that end when it has passed: the vendor may have it, and a cancel makes no right longer", async () => {
    const scripted = scriptedSync();
    const { sync, until, pass } = scripted;
    const alpha = scripted.vendor();
    const cancels: PushChange[] = [];
    let amendments = 0;
    alpha.answer = ([change]) => {
      if (change?.kind === "cancel") return cancels.push(change) === 1 ? refused : undefined;
      if (change?.kind !== "amend") return undefined;
      amendments += 1;
      return amendments === 1 ? lost : refused;
    };
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    const validTo = new Date(START + HOUR_MS);
    await until(sync.issue(permit("P1", { revision: 2, validTo })));
    await pass(2 * HOUR_MS);
    await until(sync.idle());
    expect(amendments).toBeGreaterThanOrEqual(2);
    const [failure] = await listAll(sync.failures());
    expect(failure).toMatchObject({ operation: "cancel" });
    await until(sync.retry(failure?.key ?? ""));
    await until(sync.idle());
    expect(cancels.map(({ end }) => end)).toEqual([validTo.toISOString(), validTo.toISOString()]);
    expect(alpha.live.size).toBe(0);
    await until(sync.stop());
  });
});
