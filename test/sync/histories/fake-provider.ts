import { EnforcementError } from "../../../src/core/errors.ts";
import type { ConnectionCheck, Outcome, PushProvider, RegistrationPage } from "../../../src/core/provider.ts";
import { type Outcomes, outcomesFor } from "../../../src/core/registration/outcome.ts";
import {
  createPushOperations,
  type Delivered,
  type DeliveryContext,
  type PushChange,
} from "../../../src/core/registration/push-operations.ts";
import { requireRegion } from "../../../src/core/registration/registration.ts";
import type { Activity } from "./activity.ts";
import { type FakeVendor, isLive, isRefusal, type VendorRefusal } from "./fake-vendor.ts";
import { type Misbehaviour, misbehaving } from "./misbehaving-provider.ts";
import { errorOf, latencyOf, type VendorFault } from "./vendor-fault.ts";
import type { TimerGroup } from "./virtual-time.ts";

type DeliveredChanges = Outcomes<PushChange, Delivered>;

export interface FakeProviderOptions {
  readonly vendor: FakeVendor;
  readonly batchSize: number;
  readonly openEndedDays: number;
  /** Whether this vendor refuses plates without a region. */
  readonly needsRegion: boolean;
  /** Whether this vendor finds a right by sync's own reference alone. */
  readonly ownReferences: boolean;
  /** Whether this vendor lists what it has. */
  readonly canBeListed: boolean;
  readonly timers: TimerGroup;
  readonly activity: Activity;
  readonly random: () => number;
  /** Called with every change that is sent. */
  readonly onSend: (change: PushChange) => void;
  /** The fault of the next request. */
  readonly nextFault: () => VendorFault | undefined;
}

/** One instance of the vendor's adapter, in one process. */
export interface FakeProvider {
  readonly provider: PushProvider;
  /** The process dies. A request in flight reaches the vendor or does not; its reply is lost. */
  die(): void;
}

export function createFakeProvider(options: FakeProviderOptions): FakeProvider {
  const {
    vendor,
    batchSize,
    openEndedDays,
    needsRegion,
    ownReferences,
    canBeListed,
    timers,
    activity,
    random,
    nextFault,
  } = options;
  const { providerId } = vendor;
  const underWay = new Set<() => void>();
  const misbehaviours = new WeakMap<AbortSignal, Misbehaviour>();
  let isDead = false;

  const carryOut = (change: PushChange, oneOff?: VendorRefusal): Outcome<Delivered> => {
    const end = vendor.apply(change, oneOff);
    if (!isRefusal(end)) {
      return { ok: true, value: { reference: end?.reference ?? change.reference, target: change.target } };
    }
    const { vendorCode, vendorMessage, reason } = end;
    const details = { attempts: 1, status: 422, vendorCode, vendorMessage, reason };
    return { ok: false, error: new EnforcementError("rejected", `It refuses: ${vendorMessage}`, details) };
  };

  /** A request that ends badly as a whole. */
  function failAll(changes: readonly PushChange[], fault: VendorFault): DeliveredChanges {
    const applied = "applied" in fault ? fault.applied : "none";
    for (const change of changes) {
      if (applied === "all" || (applied === "some" && random() < 0.5)) carryOut(change);
    }
    const error = errorOf(fault);
    if (fault.kind === "throws") throw random() < 0.5 ? error : new TypeError("The adapter broke.");
    return outcomesFor(changes, () => ({ ok: false, error }));
  }

  function answerEach(
    changes: readonly PushChange[],
    { bad }: Extract<VendorFault, { kind: "partial" }>,
  ): DeliveredChanges {
    return outcomesFor(changes, (change) => {
      if (random() < 0.5) return carryOut(change);
      if (bad === "refused") {
        const clerk = Math.floor(random() * 1e9);
        return carryOut(change, { vendorCode: "not_today", vendorMessage: `Not today, says ${clerk}.` });
      }
      if (bad === "limited") return { ok: false, error: errorOf({ kind: "rate_limited" }) };
      const failed = failAll([change], { kind: "server_error", applied: "some" });
      return failed.get(change) as Outcome<Delivered>;
    });
  }

  function answer(changes: readonly PushChange[], fault: VendorFault | undefined): DeliveredChanges {
    const isCarriedOut = fault === undefined || fault.kind === "slow" || fault.kind === "misbehaves";
    if (isCarriedOut) return outcomesFor(changes, (change) => carryOut(change));
    return fault.kind === "partial" ? answerEach(changes, fault) : failAll(changes, fault);
  }

  function checkCall(changes: readonly PushChange[], { retries, operation }: DeliveryContext): void {
    const wrong = (what: string) => vendor.violations.push(`${providerId} ${operation}: ${what}`);
    if (changes.length > batchSize) wrong(`${changes.length} at once, which is more than ${batchSize}`);
    if (retries !== 0) wrong("lets the provider repeat, besides sync's own repeats");
  }

  function deliver(changes: readonly PushChange[], context: DeliveryContext): Promise<DeliveredChanges> {
    // Code that runs on to its next wait after the kill has no effect.
    if (isDead) return new Promise(() => {});
    checkCall(changes, context);
    for (const change of changes) options.onSend(change);
    activity.note();
    const exchange = vendor.enter(changes);
    const fault = nextFault();
    const { signal } = context;
    if (signal !== undefined && fault?.kind === "misbehaves") misbehaviours.set(signal, fault.how);
    return new Promise((resolve, reject) => {
      const end = () => {
        cancel();
        underWay.delete(cutOff);
        signal?.removeEventListener("abort", giveUp);
        exchange.leave();
        activity.note();
      };
      /** The connection breaks: the vendor has carried the change out, or never will. */
      const cutOff = () => {
        end();
        if (random() < 0.5) for (const change of changes) carryOut(change);
      };
      const giveUp = () => {
        cutOff();
        const error = new EnforcementError("aborted", "It was aborted.", { outcome: "unknown", attempts: 1 });
        resolve(outcomesFor(changes, () => ({ ok: false, error })));
      };
      const cancel = timers.after(latencyOf(fault, random), () => {
        end();
        try {
          resolve(answer(changes, fault));
        } catch (thrown) {
          reject(thrown);
        }
      });
      underWay.add(cutOff);
      if (signal?.aborted) giveUp();
      else signal?.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** The vendor's next answer, as far as it says whether the vendor can be used at all. */
  function checkConnection(): Promise<ConnectionCheck> {
    if (isDead) return new Promise(() => {});
    activity.note();
    const fault = nextFault();
    const isIgnored = fault?.kind === "misbehaves" && fault.how === "never_ends";
    return new Promise((resolve, reject) => {
      if (isIgnored) return;
      timers.after(latencyOf(fault, random), () => {
        activity.note();
        if (fault === undefined || fault.kind === "slow" || fault.kind === "partial") {
          resolve({ status: "connected", message: "It answers." });
        } else reject(errorOf(fault));
      });
    });
  }

  /** What an officer sees at a target, in two pages. */
  async function* listRegistrations({ target }: { target: string }): AsyncGenerator<RegistrationPage> {
    for (const end of ["more", "complete"] as const) {
      if (isDead) await new Promise(() => {});
      activity.note();
      const fault = nextFault();
      await new Promise<void>((resolve) => timers.after(latencyOf(fault, random), resolve));
      activity.note();
      const isAnswered =
        fault === undefined || ["slow", "partial", "misbehaves", "throws"].includes(fault.kind);
      if (!isAnswered) throw errorOf(fault);
      const now = timers.now().getTime();
      const shown = [...vendor.rights.values(), ...vendor.foreign.values()].filter(
        (right) => right.target === target && isLive(right, now) && right.from <= now,
      );
      const half = Math.ceil(shown.length / 2);
      const page = end === "more" ? shown.slice(0, half) : shown.slice(half);
      for (const { identity } of page) vendor.shownAt.set(identity, now);
      const registrations = page.map((right) => ({
        reference: right.reference,
        target,
        plate: {
          number: right.plateNumber,
          ...(right.region === undefined ? {} : { region: right.region }),
        },
        validFrom: new Date(right.from),
        validTo: new Date(right.end),
      }));
      yield { registrations, end };
    }
  }

  const operations = createPushOperations({
    ...{ providerId, openEndedDays, deliver },
    clock: timers.now,
    checkRegistration(registration, field) {
      if (needsRegion) requireRegion(registration, field, "The fake vendor");
    },
  });
  const provider: PushProvider = {
    ...{ id: providerId, vendor: "fake", delivery: "push" },
    capabilities: {
      ...{ batchSize, openEndedDays, ownReferences },
      ...{ listZones: false, find: false, listRegistrations: canBeListed },
    },
    ...(canBeListed ? { listRegistrations } : {}),
    validateMapping: () => {
      throw new Error("Sync asks for no mapping report.");
    },
    checkConnection,
    setup: {
      title: "A fake vendor",
      testPlate: "TEST123",
      requirements: [],
      planMappingChange: () => [],
    } as unknown as PushProvider["setup"],
    ...operations,
    ...misbehaving(operations, {
      ...{ timers, random },
      misbehaviourOf: (signal) => signal && misbehaviours.get(signal),
    }),
  };

  return {
    provider,
    die() {
      isDead = true;
      for (const cutOff of [...underWay]) cutOff();
    },
  };
}
