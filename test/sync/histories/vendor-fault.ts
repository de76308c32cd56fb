import { EnforcementError, type EnforcementErrorDetails } from "../../../src/core/errors.ts";
import { MISBEHAVIOURS, type Misbehaviour } from "./misbehaving-provider.ts";

/**
 * A fault of one request. `applied` is how many of its changes the vendor had carried out by then; the
 * client cannot know.
 */
export type VendorFault =
  /** No reply in time · connection reset · 500 · 202 and never confirmed · broken JSON · 207 that attributes nothing. */
  | {
      readonly kind: "timeout" | "reset" | "server_error" | "accepted" | "garbled" | "unreadable";
      readonly applied: "all" | "none" | "some";
    }
  /** The connection is refused. */
  | { readonly kind: "refused_connection" }
  | { readonly kind: "rate_limited"; readonly retryAfterMs?: number }
  | { readonly kind: "unauthorized" }
  /** A gateway answers in the vendor's place: a 404 in words of its own. */
  | { readonly kind: "no_verdict" }
  /** Nothing is sent: it waited for a free place until the deadline. */
  | { readonly kind: "no_place" }
  /** Answers well, after a long while. */
  | { readonly kind: "slow" }
  /** 207: some items are refused for good, busy, or one too many; the others are done. */
  | { readonly kind: "partial"; readonly bad: "refused" | "busy" | "limited" }
  /** The provider is a host's own, and breaks its contract after the vendor carried all of it out. */
  | { readonly kind: "misbehaves"; readonly how: Misbehaviour }
  /** The adapter itself breaks and throws, whatever it did before. */
  | { readonly kind: "throws"; readonly applied: "all" | "none" };

export const FAULTS: readonly VendorFault[] = [
  ...(["timeout", "reset", "server_error", "accepted", "garbled", "unreadable"] as const).flatMap((kind) =>
    (["all", "none", "some"] as const).map((applied) => ({ kind, applied })),
  ),
  { kind: "refused_connection" },
  { kind: "rate_limited" },
  { kind: "rate_limited", retryAfterMs: 30_000 },
  { kind: "rate_limited", retryAfterMs: 0 },
  { kind: "unauthorized" },
  { kind: "no_verdict" },
  { kind: "no_place" },
  { kind: "slow" },
  { kind: "partial", bad: "refused" },
  { kind: "partial", bad: "refused" },
  { kind: "partial", bad: "busy" },
  { kind: "partial", bad: "limited" },
  { kind: "throws", applied: "all" },
  { kind: "throws", applied: "none" },
  ...MISBEHAVIOURS.map((how) => ({ kind: "misbehaves", how }) as const),
];

/** How long the client waits for the end of such a request, in milliseconds. */
export function latencyOf(fault: VendorFault | undefined, random: () => number): number {
  if (fault?.kind === "timeout") return 10_000;
  if (fault?.kind === "slow") return 1_000 + Math.floor(random() * 8_000);
  return 1 + Math.floor(random() * 60);
}

/** How a provider reports a request that failed as a whole. */
export function errorOf(fault: VendorFault): EnforcementError {
  const failed = (
    code: ConstructorParameters<typeof EnforcementError>[0],
    details: EnforcementErrorDetails,
  ) => new EnforcementError(code, `The fake vendor: ${fault.kind}.`, { attempts: 1, ...details });
  switch (fault.kind) {
    case "timeout":
      return failed("timeout", { outcome: "unknown" });
    case "reset":
      return failed("unavailable", { outcome: "unknown" });
    case "server_error":
      return failed("unavailable", { outcome: "unknown", status: 500 });
    case "accepted":
      return failed("unavailable", { outcome: "unknown", status: 202 });
    case "garbled":
    case "unreadable":
      return failed("invalid_response", { outcome: "unknown", status: fault.kind === "garbled" ? 200 : 207 });
    case "refused_connection":
      return failed("unavailable", {});
    case "rate_limited":
      return failed("rate_limited", { status: 429, retryAfterMs: fault.retryAfterMs });
    case "unauthorized":
      return failed("unauthorized", { status: 401 });
    case "no_verdict":
      return failed("unavailable", { status: 404 });
    case "no_place":
      return failed("unavailable", { attempts: 0 });
    default:
      return failed("unavailable", { outcome: "unknown" });
  }
}
