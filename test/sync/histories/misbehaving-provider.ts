import { EnforcementError } from "../../../src/core/errors.ts";
import type { PushProvider } from "../../../src/core/provider.ts";
import type { TimerGroup } from "./virtual-time.ts";

/** How a provider of a host's own breaks its contract in one request. */
export const MISBEHAVIOURS = [
  /** Successes without a receipt, of what the vendor carried out. */
  "no_receipts",
  "too_few",
  "too_many",
  /** Failures that ask for a wait of `NaN`, less than nothing, for ever, or a text. */
  "odd_waits",
  /** It throws something that is no error of ours, after the vendor carried all of it out. */
  "throws_junk",
  "gives_junk",
  /** It ignores its signal and never ends. */
  "never_ends",
  /** It ignores its signal, and ends minutes later with what happened. */
  "ends_late",
] as const;

export type Misbehaviour = (typeof MISBEHAVIOURS)[number];

const ODD_WAITS = [Number.NaN, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, "60000", {}];
const JUNK = [undefined, null, 42, "QZX101", {}, [null], [{ ok: 1 }]];
const LATE_MS = 4 * 60_000;

type ManyMethod = "registerMany" | "amendMany" | "cancelMany";

/**
 * The …Many methods of a provider, as a host might have written them. `misbehaviourOf` says how a request misbehaves
 * once the provider has ended it, by the signal that it was given.
 */
export function misbehaving(
  provider: Pick<PushProvider, ManyMethod>,
  options: {
    misbehaviourOf: (signal: AbortSignal | undefined) => Misbehaviour | undefined;
    timers: TimerGroup;
    random: () => number;
  },
): Pick<PushProvider, ManyMethod> {
  const { misbehaviourOf, timers, random } = options;
  const pick = (items: readonly unknown[]) => items[Math.floor(random() * items.length)];

  function distort(outcomes: readonly unknown[], misbehaviour: Misbehaviour): unknown {
    switch (misbehaviour) {
      case "no_receipts":
        return outcomes.map((outcome) => ((outcome as { ok: boolean }).ok ? { ok: true } : outcome));
      case "too_few":
        return outcomes.slice(1);
      case "too_many":
        return [...outcomes, outcomes[0]];
      case "odd_waits":
        return outcomes.map(() => {
          const code = pick(["rate_limited", "unavailable", "invalid_response"]) as "unavailable";
          const details = { outcome: "unknown", retryAfterMs: pick(ODD_WAITS) as number } as const;
          return { ok: false, error: new EnforcementError(code, "Later.", details) };
        });
      case "throws_junk":
        throw pick(JUNK);
      case "gives_junk":
        return pick(JUNK);
      case "never_ends":
        return new Promise(() => {});
      case "ends_late":
        return new Promise((resolve) => timers.after(LATE_MS, () => resolve(outcomes)));
    }
  }

  const wrap =
    (method: ManyMethod) =>
    async (inputs: never, given?: Parameters<PushProvider["cancelMany"]>[1]): Promise<never> => {
      const outcomes = await provider[method](inputs, given);
      const misbehaviour = misbehaviourOf(given?.signal);
      return (misbehaviour === undefined ? outcomes : await distort(outcomes, misbehaviour)) as never;
    };
  return {
    registerMany: wrap("registerMany"),
    amendMany: wrap("amendMany"),
    cancelMany: wrap("cancelMany"),
  };
}
