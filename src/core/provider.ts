import type { EnforcementError, EnforcementErrorCode } from "./errors.ts";
import type { LookupDialect } from "./lookup/dialect.ts";
import type { LookupProbe } from "./lookup/lookup-probe.ts";
import type { MappingInput, MappingReport } from "./mapping/mapping.ts";
import type { Plate } from "./permit/plate.ts";
import type { ProviderSetup } from "./provider-setup.ts";
import type { Receipt, Registration, RegistrationInput } from "./registration/registration.ts";

/** One configured instance of a vendor's adapter. `delivery` tells the two kinds apart. */
export type EnforcementProvider = PushProvider | PullProvider;

/** What every provider has. `Mapping` is what its validator takes: vendors add the list that they can give. */
export interface ProviderBasics<Mapping extends MappingInput = MappingInput> {
  /** The host's name for this instance; the key of `providers` in companies and locations. */
  readonly id: string;
  /** The vendor's name: `passport`, `hotspot`, `t2-flex`. */
  readonly vendor: string;
  /** Compares the directory with what the vendor says. Pure; never throws for a bad mapping. */
  validateMapping(input: Mapping): MappingReport;
  /**
   * Asks the vendor whether it can be reached and accepts our credentials. Changes nothing.
   *
   * @throws EnforcementError when it cannot
   */
  checkConnection(options?: { signal?: AbortSignal }): Promise<ConnectionCheck>;
  /** What the vendor's set-up asks for, in the vendor's words. */
  readonly setup: ProviderSetup;
}

/** What `checkConnection` returns when the vendor accepts the credentials. A pull provider has nothing to call: `not_applicable`. */
export interface ConnectionCheck {
  readonly status: "connected" | "not_applicable";
  readonly message: string;
}

/**
 * A provider to which permits are pushed. `listZones`, `find` and `listRegistrations` exist exactly when the capability of
 * the same name is true at construction; `find` and `listRegistrations` may turn false later, when the vendor says that the
 * account may not, and the method then throws EnforcementError `unsupported`. Ask the capability before each call.
 *
 * `Input` is what `register` and `registerMany` take. A provider written by a host receives what sync sends, a
 * {@link Registration}, which is frozen. The providers of this package take any {@link RegistrationInput}.
 */
export interface PushProvider<
  Mapping extends MappingInput = MappingInput,
  Input extends RegistrationInput = Registration,
> extends ProviderBasics<Mapping> {
  readonly delivery: "push";
  readonly capabilities: PushCapabilities;
  /**
   * The origin of the vendor's interface, such as `https://api.vendor.example`. Durable sync takes providers of one origin
   * for accounts at one vendor: while it is down, one of them at a time asks whether it is back. Default: a vendor of its
   * own.
   */
  readonly origin?: string;
  /** Makes a right known to the vendor. A repeat of the same registration changes nothing. */
  register(registration: Input, options?: OperationOptions): Promise<Receipt>;
  /** Changes the end of a right and nothing else. `validTo: null` removes the end. */
  amend(receipt: Receipt, change: { validTo: Date | null } & OperationOptions): Promise<Receipt>;
  /** Ends a right at the later of its start and `at`. A right that the vendor no longer knows counts as ended. */
  cancel(receipt: Receipt, options?: OperationOptions): Promise<void>;
  /** {@link register} for many: one outcome for each input, in their order. */
  registerMany(registrations: readonly Input[], options?: OperationOptions): Promise<Outcome<Receipt>[]>;
  /** {@link amend} for many: one outcome for each input, in their order. */
  amendMany(changes: readonly Amendment[], options?: OperationOptions): Promise<Outcome<Receipt>[]>;
  /** {@link cancel} for many: one outcome for each input, in their order. */
  cancelMany(receipts: readonly Receipt[], options?: OperationOptions): Promise<Outcome<void>[]>;
  /** The vendor's own list of zones. */
  listZones?(options?: { refresh?: boolean; signal?: AbortSignal }): Promise<ZoneList>;
  /**
   * What the vendor shows for a plate at a target.
   *
   * @throws EnforcementError `unsupported` when the account may not read back
   */
  find?(query: { plate: Plate; target: string; signal?: AbortSignal }): Promise<FoundRight[]>;
  /**
   * Everything that the vendor shows at a target, others' rights included, page by page: a page is asked for when the
   * one before it was taken, so memory stays flat. At least one page comes, also when it is empty.
   *
   * @throws EnforcementError from the iteration: `unsupported` when the account may not list
   */
  listRegistrations?(query: { target: string; signal?: AbortSignal }): AsyncIterable<RegistrationPage>;
}

/** What a push provider can do. */
export interface PushCapabilities {
  /** How many registrations travel in one request. */
  readonly batchSize: number;
  /** The longest time ahead for which an open-ended right is sent, in days. */
  readonly openEndedDays: number;
  /** Whether the vendor's zones can be listed. Never changes. */
  readonly listZones: boolean;
  /** Whether what was pushed can be read back. Turns false when the vendor says that our account may not. */
  readonly find: boolean;
  /** Whether all rights at a target can be listed. Turns false when the vendor says that our account may not. */
  readonly listRegistrations: boolean;
  /**
   * Whether `cancel` finds a right by our own reference alone, `referenceOf`, where the reply to its registration was lost:
   * it is given a receipt whose `reference` is ours and whose `target` is the registration's. Default false: the vendor
   * knows a right by its own reference only, and "not found" would mean nothing.
   */
  readonly ownReferences?: boolean;
}

/** A provider whose vendor sends lookups to the host; the permit-lookup handler answers them. */
export interface PullProvider<Mapping extends MappingInput = MappingInput> extends ProviderBasics<Mapping> {
  readonly delivery: "pull";
  readonly capabilities: PullCapabilities;
  /** The wire format of its lookups. */
  readonly dialect: LookupDialect;
  /** The asking side of that format. Absent: the host's own endpoint cannot be asked as the vendor would. */
  readonly probe?: LookupProbe;
}

/** What a pull provider can do. */
export interface PullCapabilities {
  /** Whether its lookups can name a place. */
  readonly places: boolean;
}

/** Options of every push operation. */
export interface OperationOptions {
  /**
   * The instant at which the operation was decided; it goes on the wire. A repeat passes the same one.
   * Default: now.
   */
  at?: Date;
  signal?: AbortSignal;
  /** How often a failed attempt is repeated. Default: the provider's `retries`. */
  retries?: number;
}

/** One input of {@link PushProvider.amendMany}. */
export interface Amendment {
  readonly receipt: Receipt;
  readonly validTo: Date | null;
}

/** What became of one input. A refusal is a value, so that one bad input does not hide the fate of the others. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: EnforcementError };

/** A place on the vendor's side. */
export interface Zone {
  /** The vendor's id, the one that goes on the wire. */
  readonly id: string;
  /** Unique only within a region, where the vendor has numbers. */
  readonly number?: string;
  /** Case-sensitive. */
  readonly name: string;
}

/** The vendor's zones as of `fetchedAt`. */
export interface ZoneList {
  readonly zones: readonly Zone[];
  /** False when the vendor may have more than it showed. Then a zone that is missing here is not known to be missing. */
  readonly complete: boolean;
  readonly fetchedAt: Date;
}

/** A right as the vendor shows it. */
export interface FoundRight {
  /** The reference that the right was registered with; absent when the vendor shows none. */
  readonly reference?: string;
  readonly target: string;
  readonly validFrom: Date;
  readonly validTo: Date | null;
}

/** A right in the vendor's list of a target. */
export interface ListedRegistration extends FoundRight {
  /** Absent where the vendor shows none, or none that can be read. */
  readonly plate?: { readonly number: string; readonly region?: string };
}

/** A part of the vendor's list of a target. */
export interface RegistrationPage {
  /** What is shown now: rights that are over are left out, those that have not begun may be. A page may be empty. */
  readonly registrations: readonly ListedRegistration[];
  /**
   * What is known behind this page. `more`: another page follows. `complete`: it is the last, and all pages together
   * are all there is. `incomplete`: it is the last, and the vendor may have more, or showed something that could not
   * be read. Then a right that is missing here is not known to be missing.
   */
  readonly end: "more" | "complete" | "incomplete";
}

/** Something that happened inside a provider. It never holds a plate or a secret. */
export interface ProviderEvent {
  /** `attempt`: a request that left ended, well or not. `retry`: another attempt follows after `delayMs`. */
  readonly type: "attempt" | "retry";
  readonly providerId: string;
  readonly operation: string;
  /** 1 for the first. */
  readonly attempt: number;
  readonly at: Date;
  /** From the moment that the request left; waiting for a free place is not in it. */
  readonly durationMs?: number;
  readonly delayMs?: number;
  readonly status?: number;
  readonly code?: EnforcementErrorCode;
  readonly traceId?: string;
}

/**
 * A secret, or a function that gives it. The function is asked again after the vendor refused the last one. White space
 * around it is left out, such as the line break at the end of a file.
 */
export type Secret = string | (() => string | Promise<string>);
