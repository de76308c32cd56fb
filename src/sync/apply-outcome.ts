import type { EnforcementError, EnforcementErrorCode } from "../core/errors.ts";
import type { Outcome } from "../core/provider.ts";
import type { Receipt } from "../core/receipt.ts";
import { itemBackoff, refusalBackoff } from "./backoff.ts";
import type { Delivery, Intent, Refusal, Right } from "./delivery.ts";

/** What the vendor thinks of one item, and not of us: asking again changes nothing. */
const REFUSALS: ReadonlySet<EnforcementErrorCode> = new Set(["rejected", "invalid_input", "unsupported"]);

/** Whether the vendor answered and said no. Anything else that goes wrong is the provider's trouble, and passes. */
export function isRefusal({ code }: EnforcementError): boolean {
  return REFUSALS.has(code);
}

/** Writes down what became of the intent of one right. */
export function applyOutcome(
  delivery: Delivery,
  reference: string,
  { outcome, now, random }: { outcome: Outcome<Receipt | undefined>; now: Date; random: () => number },
): Delivery {
  const rights: Right[] = [];
  for (const right of delivery.rights) {
    const { intent } = right;
    if (right.reference !== reference || intent === null) rights.push(right);
    else if (!outcome.ok) rights.push(withError(right, intent, { error: outcome.error, now, random }));
    else if (intent.operation !== "cancel") rights.push(withReceipt(right, outcome.value));
  }
  return { ...delivery, rights };
}

/** Puts an intent back that was decided and not sent, until `notBefore`. */
export function postpone(delivery: Delivery, reference: string, notBefore: Date): Delivery {
  const rights = delivery.rights.map((right) =>
    right.reference !== reference || right.intent === null
      ? right
      : { ...right, intent: { ...right.intent, notBefore: notBefore.toISOString() } },
  );
  return { ...delivery, rights };
}

function withReceipt(right: Right, receipt: Receipt | undefined): Right {
  const { reference, registration } = right;
  return { reference, registration, receipt: receipt ?? right.receipt, intent: null, failure: null };
}

function withError(
  right: Right,
  intent: Intent,
  { error, now, random }: { error: EnforcementError; now: Date; random: () => number },
): Right {
  const attempts = intent.attempts + (error.outcome === "unknown" ? 1 : 0);
  const waiting = (milliseconds: number, count = attempts): Intent => ({
    ...{ ...intent, attempts: count },
    notBefore: new Date(now.getTime() + milliseconds).toISOString(),
  });
  if (!isRefusal(error)) {
    // What was refused before and has no known end now may have been carried out: the refusal is not the last word.
    const failure = error.outcome === "unknown" ? null : right.failure;
    return { ...right, failure, intent: waiting(itemBackoff(attempts, error.retryAfterMs, random)) };
  }
  const failure = toRefusal(intent, error, now);
  if (attempts > 0) {
    // An earlier attempt may have been carried out. What it left there can only be found by asking again: at once when
    // something else is wanted, and ever more slowly when that was refused, too.
    const wait = right.failure === null ? 0 : refusalBackoff(attempts);
    return { ...right, failure, intent: waiting(wait, attempts + 1) };
  }
  return { ...right, failure, intent: null };
}

function toRefusal({ operation, validTo }: Intent, error: EnforcementError, now: Date): Refusal {
  const { code, message, status, vendorCode, vendorMessage } = error;
  return {
    ...{ operation, validTo, failedAt: now.toISOString(), code, message },
    ...(status === undefined ? {} : { status }),
    ...(vendorCode === undefined ? {} : { vendorCode }),
    ...(vendorMessage === undefined ? {} : { vendorMessage }),
  };
}
