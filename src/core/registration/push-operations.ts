import type { Clock } from "../clock.ts";
import { withErrorDetails } from "../errors.ts";
import { fieldError, readList, readRecord } from "../fields.ts";
import { DAY_MS, formatInstant, parseInstant, timeOf } from "../instant.ts";
import type { MappingInput } from "../mapping/mapping.ts";
import { readOperationOptions } from "../options.ts";
import type { OperationOptions, Outcome, PushProvider } from "../provider.ts";
import { referenceOf } from "./identity.ts";
import { inOperation, type Outcomes, outcomeOf, unwrapOutcome } from "./outcome.ts";
import { PreparedRegistration } from "./prepared-registration.ts";
import {
  type Receipt,
  type Registration,
  type RegistrationInput,
  readReceipt,
  readRegistration,
} from "./registration.ts";

/** One change to one right, checked and ready to be put on a vendor's wire. */
export interface PushChange {
  readonly kind: "register" | "amend" | "cancel";
  /** Our own reference of the registration, see `referenceOf`. */
  readonly identity: string;
  /** By which the vendor knows the right: the receipt's, or our identity as long as there is no receipt. */
  readonly reference: string;
  /** Where it goes: the registration's target, or the one that the receipt names. */
  readonly target: string;
  readonly registration: Registration;
  /** The end that the vendor shall know, as ISO text like the registration's instants. */
  readonly end: string;
  /** When the change was decided, as ISO text. */
  readonly at: string;
  /** The input's name, for errors that a vendor finds: `registrations[3]`. */
  readonly field: string;
}

/** What a vendor's adapter does for the operations below. */
export interface PushAdapter {
  readonly providerId: string;
  readonly clock: Clock;
  /** How many days ahead an open-ended right is sent. */
  readonly openEndedDays: number;
  /** Checks what only this vendor asks of a registration. Throws EnforcementError `invalid_input` naming `field`. */
  checkRegistration(registration: Registration, field: string): void;
  /** Delivers changes of one kind. Each has an outcome, which says under which names the vendor keeps the right. */
  deliver(changes: readonly PushChange[], context: DeliveryContext): Promise<Outcomes<PushChange, Delivered>>;
}

export interface DeliveryContext {
  readonly operation: string;
  /** Whether the call takes a list. Its changes wait for each other, which must not use up their deadlines. */
  readonly isMany: boolean;
  readonly signal: AbortSignal | undefined;
  readonly retries: number | undefined;
}

/** The names under which the vendor keeps a right. */
export interface Delivered {
  readonly reference: string;
  readonly target: string;
}

/** One call of an operation, before anything of it was read. */
interface PushCall {
  readonly operation: string;
  readonly isMany?: boolean;
  readonly options: OperationOptions | undefined;
  /** The keys of `options` that the operation reads itself. */
  readonly extraKeys?: readonly string[];
  /** The inputs; throws when the list of them is none. */
  readonly inputs: () => readonly unknown[];
}

type PushOperations = Pick<
  PushProvider<MappingInput, RegistrationInput>,
  "register" | "amend" | "cancel" | "registerMany" | "amendMany" | "cancelMany"
>;

/**
 * The six push operations, the same for every vendor: input checks, identity, ends of open-ended and cancelled
 * rights, receipts, and one outcome for each input. A vendor only delivers.
 */
export function createPushOperations(adapter: PushAdapter): PushOperations {
  const { providerId, openEndedDays } = adapter;

  const coverUntil = (start: string, validTo: string | null, at: string): string =>
    validTo ?? formatInstant(new Date(Math.max(timeOf(start), timeOf(at)) + openEndedDays * DAY_MS));

  function toRegisterChange(value: unknown, field: string, at: string): PushChange {
    const { registration, identity } = readInput(value, field);
    adapter.checkRegistration(registration, field);
    const { target, validFrom, validTo } = registration;
    const end = coverUntil(validFrom, validTo, at);
    return { kind: "register", identity, reference: identity, target, registration, end, at, field };
  }

  function readInput(value: unknown, field: string): Pick<PushChange, "registration" | "identity"> {
    if (PreparedRegistration.isFor(providerId, value)) {
      return { registration: value, identity: value.reference };
    }
    const registration = readRegistration(value, field);
    return { registration, identity: referenceOf(providerId, registration) };
  }

  function toAmendChange(
    value: unknown,
    validTo: unknown,
    { endField, ...input }: { field: string; endField: string; at: string },
  ): PushChange {
    const receipt = readReceipt(value, providerId, input.field);
    if (validTo === undefined) throw fieldError(endField, "is missing; write null to remove the end.");
    const end = validTo === null ? null : formatInstant(parseInstant(validTo, endField));
    if (end !== null && timeOf(end) <= timeOf(receipt.registration.validFrom)) {
      throw fieldError(endField, "must be after the start of the registration; to withdraw it, cancel it.");
    }
    const registration = { ...receipt.registration, validTo: end };
    return {
      ...toReceiptChange("amend", receipt, input),
      registration,
      end: coverUntil(registration.validFrom, end, input.at),
    };
  }

  function toCancelChange(value: unknown, field: string, at: string): PushChange {
    const receipt = readReceipt(value, providerId, field);
    // What is over already is not made longer by cancelling it.
    const start = timeOf(receipt.registration.validFrom);
    const end = Math.min(Math.max(start, timeOf(at)), timeOf(receipt.coveredUntil));
    return { ...toReceiptChange("cancel", receipt, { field, at }), end: formatInstant(new Date(end)) };
  }

  function toReceiptChange(
    kind: PushChange["kind"],
    receipt: Receipt,
    input: { field: string; at: string },
  ): Omit<PushChange, "end"> {
    const { reference, target, registration } = receipt;
    return {
      kind,
      identity: referenceOf(providerId, registration),
      reference,
      target,
      registration,
      ...input,
    };
  }

  /** Reads a call and each of its inputs, and delivers what was read well. One outcome for each input, in their order. */
  async function run(
    { operation, isMany = false, options, extraKeys, inputs }: PushCall,
    toChange: (input: unknown, at: string, index: number) => PushChange,
  ): Promise<Outcome<Receipt>[]> {
    const call = inOperation({ providerId, operation }, () => ({
      inputs: inputs(),
      options: readOperationOptions(options, adapter.clock(), extraKeys),
    }));
    const { signal, retries } = call.options;
    const at = formatInstant(call.options.at);
    const changes: PushChange[] = [];
    // Not map: it would pass over the holes of a sparse array, and every place gets an outcome.
    const read = Array.from(call.inputs, (input, index) => {
      const outcome = outcomeOf(() => toChange(input, at, index));
      if (outcome.ok) changes.push(outcome.value);
      return outcome;
    });
    const delivered: Outcomes<PushChange, Delivered> =
      changes.length === 0
        ? new Map()
        : await adapter.deliver(changes, { operation, isMany, signal, retries });
    return read.map((outcome) => {
      if (!outcome.ok) return named(outcome, operation);
      const end = delivered.get(outcome.value);
      // Never a vendor's reply: the adapter is wrong.
      if (end === undefined) throw new TypeError("An adapter left out an outcome.");
      return end.ok ? { ok: true, value: toReceipt(outcome.value, end.value) } : named(end, operation);
    });
  }

  function toReceipt({ registration, end }: PushChange, { reference, target }: Delivered): Receipt {
    return { v: 1, providerId, reference, target, registration, coveredUntil: end };
  }

  function named<Failure extends Outcome<never> & { ok: false }>(
    outcome: Failure,
    operation: string,
  ): Failure {
    return { ...outcome, error: withErrorDetails(outcome.error, { providerId, operation }) };
  }

  const withoutValue = (outcome: Outcome<Receipt>): Outcome<void> =>
    outcome.ok ? { ok: true, value: undefined } : outcome;

  return {
    async register(registration, options) {
      const call = { operation: "register", options, inputs: () => [registration] };
      return unwrapOutcome(await run(call, (input, at) => toRegisterChange(input, "registration", at)));
    },
    async amend(receipt, change) {
      const call = { operation: "amend", options: change, extraKeys: ["validTo"], inputs: () => [receipt] };
      const outcomes = await run(call, (input, at) =>
        toAmendChange(input, change?.validTo, { field: "receipt", endField: "validTo", at }),
      );
      return unwrapOutcome(outcomes);
    },
    async cancel(receipt, options) {
      const call = { operation: "cancel", options, inputs: () => [receipt] };
      unwrapOutcome(await run(call, (input, at) => toCancelChange(input, "receipt", at)));
    },
    async registerMany(registrations, options) {
      const inputs = () => readList(registrations, "registrations");
      return run({ operation: "registerMany", isMany: true, options, inputs }, (input, at, index) =>
        toRegisterChange(input, `registrations[${index}]`, at),
      );
    },
    async amendMany(changes, options) {
      const inputs = () => readList(changes, "changes");
      return run({ operation: "amendMany", isMany: true, options, inputs }, (input, at, index) => {
        const field = `changes[${index}]`;
        const { receipt, validTo } = readRecord(input, field, ["receipt", "validTo"]);
        return toAmendChange(receipt, validTo, {
          field: `${field}.receipt`,
          endField: `${field}.validTo`,
          at,
        });
      });
    },
    async cancelMany(receipts, options) {
      const inputs = () => readList(receipts, "receipts");
      const outcomes = await run(
        { operation: "cancelMany", isMany: true, options, inputs },
        (input, at, index) => toCancelChange(input, `receipts[${index}]`, at),
      );
      return outcomes.map(withoutValue);
    },
  };
}
