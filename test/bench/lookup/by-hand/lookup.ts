import type { LookupAudit, Permit } from "@offstreet/enforcement";
import { clock } from "../world.ts";
import { type AuditFacts, toAudit } from "./audit.ts";
import { authenticate } from "./authenticate.ts";
import { matchPermits } from "./match.ts";
import { parsePlateNumber, parseQuestion, parseRegionCode, type Question, Refusal } from "./question.ts";
import { type Reply, refuse, toSessions } from "./reply.ts";
import { type AskedPlaces, findScope, type Scope } from "./scope.ts";
import { type Client, SharedDeadline } from "./shared-deadline.ts";

/** Where permits come from. The signal is made when it is asked for. */
export type PermitSource = (
  companyId: string,
  plateNumber: string,
  getSignal: () => AbortSignal,
) => readonly Permit[] | Promise<readonly Permit[]>;

/** Answers a lookup; `readBody` gives its JSON, from wherever the host has it. */
export type LookupByHand = (
  key: string | undefined,
  readBody: () => unknown,
  client: Client,
) => Reply | Promise<Reply>;

/**
 * The lookup as a good host team writes it for itself: indexes made once, nothing of ours, no step that the answer
 * does not need. Authentication, validation, isolation, intervals, regions, deadline, disconnect and audit are there.
 */
export function createLookupByHand(
  findPermits: PermitSource,
  onAnswer: ((audit: LookupAudit) => void) | undefined,
): LookupByHand {
  const deadline = new SharedDeadline(2_000);

  return (key, readBody, client) => {
    const startedAt = performance.now();
    const at = clock();
    const end = (reply: Reply, facts: AuditFacts): Reply => {
      onAnswer?.(toAudit(at, startedAt, reply, facts));
      return reply;
    };

    const credential = authenticate(key);
    const scope = credential && findScope(credential.companyId);
    if (credential === undefined || scope === undefined) {
      const refusal = new Refusal(401, "unauthorized", "The credential is missing or not known.");
      return end(refuse(refusal), { status: "refused", reason: "unauthorized" });
    }
    let asked: Asked | undefined;
    try {
      asked = readAsked(scope, readBody());
    } catch (error) {
      const isUnreadable = error instanceof Refusal && error.code === "undetermined";
      const status = isUnreadable ? "undetermined" : "refused";
      return end(refuse(error), { credential, status, reason: "invalid_request" });
    }
    if (asked === undefined) {
      const refusal = new Refusal(503, "undetermined", "The place is not known to the permit service.");
      return end(refuse(refusal), { credential, status: "undetermined", reason: "unknown_place" });
    }

    const { question, plateNumber, region, places } = asked;
    const answer = (permits: readonly Permit[]): Reply => {
      const { companyId } = credential;
      const { locations, ids: locationIds } = places;
      const { matches, reason } = matchPermits(permits, { companyId, plateNumber, region, locations, at });
      return end(
        { status: 200, value: toSessions(matches, scope.companyName) },
        {
          credential,
          question,
          plateNumber,
          region,
          locationIds,
          permits,
          reason,
          answered: matches.map(({ permit }) => permit.id),
          status: matches.length > 0 ? "valid" : "none",
        },
      );
    };
    const fail = (error: unknown): Reply => {
      const refusal = new Refusal(503, "undetermined", "The answer is not known at the moment.");
      const reason = reasonOf(error);
      return end(refuse(refusal), { credential, question, plateNumber, status: "undetermined", reason });
    };
    let controller: AbortController | undefined;
    try {
      const found = findPermits(credential.companyId, plateNumber, () => {
        controller ??= new AbortController();
        return controller.signal;
      });
      if (!(found instanceof Promise)) return answer(found);
      return deadline.within(found, client, (reason) => controller?.abort(reason)).then(answer, fail);
    } catch (error) {
      return fail(error);
    }
  };
}

/** A question in the form in which it is looked up. */
interface Asked {
  readonly question: Question;
  readonly plateNumber: string;
  readonly region: string | undefined;
  readonly places: AskedPlaces;
}

/** `undefined`: the place is unknown. */
function readAsked(scope: Scope, body: unknown): Asked | undefined {
  const question = parseQuestion(body);
  const plateNumber = parsePlateNumber(question.plate);
  const { locationId, state } = question;
  const places = locationId === undefined ? scope : scope.byId.get(locationId);
  return places && { question, plateNumber, region: parseRegionCode(state), places };
}

function reasonOf(error: unknown): LookupAudit["reason"] {
  if (!(error instanceof Error)) return "source_failed";
  if (error.name === "AbortError") return "aborted";
  return error.name === "TimeoutError" ? "source_timeout" : "source_failed";
}
