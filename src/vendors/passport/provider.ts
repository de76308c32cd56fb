import { type EnforcementError, withErrorDetails } from "../../core/errors.ts";
import { readBoolean, readRecord } from "../../core/fields.ts";
import { timeOf } from "../../core/instant.ts";
import { readSignal } from "../../core/options.ts";
import type { Outcome, PushProvider } from "../../core/provider.ts";
import { inOperation, type Outcomes, outcomeOf, toOutcome } from "../../core/registration/outcome.ts";
import {
  createPushOperations,
  type Delivered,
  type DeliveryContext,
  type PushChange,
} from "../../core/registration/push-operations.ts";
import { type RegistrationInput, requireRegion } from "../../core/registration/registration.ts";
import { createHttpClient } from "../../http/client.ts";
import { createAuthorizedClient } from "./access-token.ts";
import { type PassportOptions, parsePassportOptions } from "./config.ts";
import { type PassportMappingInput, validatePassportMapping } from "./mapping.ts";
import { BATCH_SIZE, createPush, DONE } from "./push.ts";
import { createReadBack } from "./read-back.ts";
import { createReadOperations } from "./read-operations.ts";
import { passportSetup } from "./setup.ts";
import { namesSession, readPassportRefusal } from "./verdict.ts";
import type { EventType, SessionChange } from "./wire.ts";
import { createZoneCatalogue, type ResolvedTarget, requireZone } from "./zones.ts";

/**
 * A Passport provider: a push provider with `listZones`. With Passport's own zone ids, the default, it also has `find` and
 * `listRegistrations`; with `zoneIds: "external"` it has neither.
 */
export type PassportProvider<Ids extends "passport" | "external" = "passport"> = PushProvider<
  PassportMappingInput,
  RegistrationInput
> &
  Required<Pick<PushProvider, "listZones">> &
  ("external" extends Ids ? unknown : Required<Pick<PushProvider, "find" | "listRegistrations">>);

/**
 * Creates a provider for Passport OpsMan. It sends each registration as one parking session with zero fees, which it starts,
 * extends and stops by events. The constructor sends nothing.
 *
 * @throws EnforcementError `invalid_config` that names each invalid option
 */
export function createPassportProvider<Ids extends "passport" | "external" = "passport">(
  passportOptions: PassportOptions & { zoneIds?: Ids },
): PassportProvider<Ids> {
  const config = parsePassportOptions(passportOptions);
  const { id, openEndedDays } = config;
  const { clock } = config.http;
  const http = createHttpClient({ providerId: id, settings: config.http, readRefusal: readPassportRefusal });
  const client = createAuthorizedClient(http, config);
  const zones = createZoneCatalogue(http, client, config);
  const readBack = createReadBack(client, config);
  const push = createPush(http, client, { config, readBack });

  async function deliver(
    changes: readonly PushChange[],
    context: DeliveryContext,
  ): Promise<Outcomes<PushChange, Delivered>> {
    const ends = new Map<PushChange, Outcome<Delivered>>();
    const sessions = new Map<SessionChange, PushChange>();
    const zoneOf = await resolveTargets(changes, context);
    zoneOf.forEach((zone, change) => {
      if (zone.ok) sessions.set(toSessionChange(change, zone.value), change);
      else ends.set(change, zone);
    });
    const pushed = await push([...sessions.keys()], context);
    const confirming: Promise<void>[] = [];
    const restated = await restateRepeats(pushed, context);
    restated.forEach((outcome, session) => {
      const change = sessions.get(session);
      if (change === undefined) return;
      const delivered = { ok: true as const, value: { reference: change.reference, target: session.zone } };
      if (outcome.ok) ends.set(change, delivered);
      else if (change.kind === "cancel" && outcome.error.code === "rejected") {
        const confirmed = confirmEnded(change, outcome.error, context);
        confirming.push(confirmed.then((over) => void ends.set(change, over.ok ? delivered : over)));
      } else ends.set(change, withFittingReason(change, outcome));
    });
    await Promise.all(confirming);
    return ends;
  }

  /**
   * Extends sessions that Passport refused to start because it has one with the id. Such a session is a repeat of this
   * provider's own, decided at another instant or with another end, so its end is sent once more. When Passport refuses the
   * extension too, the outcome is the first refusal. When Passport does not answer it, the outcome is unknown.
   */
  async function restateRepeats(
    outcomes: Outcomes<SessionChange, void>,
    context: DeliveryContext,
  ): Promise<Outcomes<SessionChange, void>> {
    const extended = new Map<SessionChange, { session: SessionChange; refused: Refused }>();
    outcomes.forEach((outcome, session) => {
      if (outcome.ok || !isRepeat(session, outcome.error)) return;
      extended.set({ ...session, type: "parking_session_extended" }, { session, refused: outcome });
    });
    if (extended.size === 0) return outcomes;
    const restated = new Map(outcomes);
    for (const [extension, outcome] of await push([...extended.keys()], context)) {
      const first = extended.get(extension);
      if (first !== undefined) restated.set(first.session, judgeRestated(first.refused, outcome));
    }
    return restated;
  }

  /**
   * Checks whether a session that Passport refused to stop has ended anyway: `ok` when it has, Passport's refusal when it has
   * not. When reading back fails too, the outcome is unknown, and the cancellation must be repeated.
   */
  async function confirmEnded(
    change: PushChange,
    refusal: EnforcementError,
    context: DeliveryContext,
  ): Promise<Outcome<void>> {
    const { status, reason, vendorCode } = refusal;
    const refused: Outcome<void> = { ok: false, error: refusal };
    // "Not found" about the session itself: Passport does not know it, so it is not live.
    if (reason === "not_found" && namesSession(vendorCode)) return DONE;
    // A conflict may mean that the session was stopped before, and "not found" may be about something else than the session.
    if (reason !== "not_found" && status !== 409) return refused;
    if (!readBack.available) return reason === "not_found" ? DONE : refused;
    const plateNumbers = [change.registration.plate.number];
    const shown = await toOutcome(() =>
      http.perform({ ...context, plateNumbers }, (attempt) =>
        readBack.showsBeyond(attempt, toSessionChange(change, change.target)),
      ),
    );
    if (shown.ok) return shown.value ? refused : DONE;
    if (shown.error.code === "unsupported" || shown.error.code === "rejected") {
      return reason === "not_found" ? DONE : refused;
    }
    return { ok: false, error: withErrorDetails(shown.error, { outcome: "unknown" }) };
  }

  /** Resolves targets to zone ids. A receipt's target is already an id; a registration's may be a number or name. */
  async function resolveTargets(
    changes: readonly PushChange[],
    context: DeliveryContext,
  ): Promise<Outcomes<PushChange, string>> {
    const byTarget = new Map<string, Promise<Outcome<ResolvedTarget>>>();
    const resolve = (target: string): Promise<Outcome<ResolvedTarget>> => {
      const resolving =
        byTarget.get(target) ??
        toOutcome(() => http.perform(context, (attempt) => zones.resolve(attempt, target)));
      byTarget.set(target, resolving);
      return resolving;
    };
    const zoneOf = new Map<PushChange, Outcome<string>>();
    const resolving: Promise<unknown>[] = [];
    for (const change of changes) {
      const { kind, target, registration, field } = change;
      const isNamedByUs = kind === "register" || (kind === "cancel" && target === registration.target);
      const id = isNamedByUs ? zones.findId(target) : target;
      if (id !== undefined) zoneOf.set(change, { ok: true, value: id });
      else {
        const found = resolve(target).then((resolved) =>
          resolved.ok ? outcomeOf(() => requireZone(resolved.value, `${field}.target`)) : resolved,
        );
        resolving.push(found.then((zone) => zoneOf.set(change, zone)));
      }
    }
    // Usually every zone is known, and nothing is awaited.
    if (resolving.length > 0) await Promise.all(resolving);
    return zoneOf;
  }

  const provider: PassportProvider<"external"> = {
    id,
    vendor: "passport",
    delivery: "push" as const,
    origin: new URL(config.baseUrl).origin,
    get capabilities() {
      return Object.freeze({
        batchSize: BATCH_SIZE,
        openEndedDays,
        listZones: true,
        find: readBack.available,
        listRegistrations: readBack.listable,
        ownReferences: true,
      });
    },
    setup: passportSetup,
    ...createPushOperations({
      providerId: id,
      clock,
      openEndedDays,
      checkRegistration: (registration, field) => requireRegion(registration, field, "Passport"),
      deliver,
    }),

    async listZones(options = {}) {
      const { refresh, signal } = inOperation({ providerId: id, operation: "listZones" }, () => {
        const given = readRecord(options, "options", ["refresh", "signal"]);
        return {
          refresh: given["refresh"] === undefined ? false : readBoolean(given["refresh"], "options.refresh"),
          signal: readSignal(given["signal"], "options.signal"),
        };
      });
      return http.perform({ operation: "listZones", signal }, (attempt) => zones.list(attempt, { refresh }));
    },

    // With external zone ids Passport cannot be read back.
    ...(readBack.available ? createReadOperations(http, { providerId: id, zones, readBack }) : {}),

    async checkConnection(options = {}) {
      const signal = inOperation({ providerId: id, operation: "checkConnection" }, () =>
        readSignal(readRecord(options, "options", ["signal"])["signal"], "options.signal"),
      );
      const list = await http.perform({ operation: "checkConnection", signal }, (attempt) =>
        zones.list(attempt, { refresh: true }),
      );
      const { length } = list.zones;
      const message = `Passport accepts the credentials and shows ${length} ${length === 1 ? "zone" : "zones"}.`;
      return { status: "connected" as const, message };
    },

    validateMapping: (input: PassportMappingInput) =>
      validatePassportMapping({
        ...input,
        providerId: id,
        operatorId: config.operatorId,
        zoneIds: config.zoneIds,
      }),
  };
  // `find` and `listRegistrations` exist exactly when `zoneIds` is not external, as the type says.
  return Object.freeze(provider) as PassportProvider<Ids>;
}

function isRepeat({ type }: SessionChange, { code, status, reason }: EnforcementError): boolean {
  if (type !== "parking_session_started") return false;
  return code === "rejected" && (status === 409 || reason === "already_exists");
}

/** Drops a reason that does not fit the operation: only a registration can exist already, only another can be missing. */
function withFittingReason({ kind }: PushChange, outcome: Outcome<never> & { ok: false }): Outcome<never> {
  const fitting = kind === "register" ? "already_exists" : "not_found";
  const { reason } = outcome.error;
  if (reason === undefined || reason === fitting) return outcome;
  return { ok: false, error: withErrorDetails(outcome.error, { reason: undefined }) };
}

function toSessionChange(change: PushChange, zone: string): SessionChange {
  const { reference: sessionId, registration, end, at } = change;
  return { type: toEventType(change), sessionId, zone, registration, end, at };
}

/** The event of a change: an end that has passed at the instant of the decision stops the session; another one extends it. */
function toEventType({ kind, end, at }: PushChange): EventType {
  if (kind === "register") return "parking_session_started";
  return kind === "cancel" || timeOf(end) <= timeOf(at)
    ? "parking_session_stopped"
    : "parking_session_extended";
}

type Refused = Extract<Outcome<void>, { readonly ok: false }>;

/** The outcome of a start that Passport refused because the session exists, after its end was stated once more. */
function judgeRestated(first: Refused, second: Outcome<void>): Outcome<void> {
  if (second.ok) return second;
  // The session exists, so it may be live although its end could not be sent.
  if (second.error.code !== "rejected") {
    return { ok: false, error: withErrorDetails(second.error, { outcome: "unknown" }) };
  }
  // "Not found": the existing right is another one. Any other refusal: the session is this one, and was stopped.
  const reason = second.error.reason === "not_found" ? "already_exists" : undefined;
  return { ok: false, error: withErrorDetails(first.error, { reason }) };
}
