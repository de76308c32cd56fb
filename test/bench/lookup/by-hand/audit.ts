import type { LookupAudit, Permit, StoredCredential } from "@offstreet/enforcement";
import type { Question } from "./question.ts";
import type { Reply } from "./reply.ts";

/** What is known of a request when its record is written. */
export interface AuditFacts {
  readonly status: LookupAudit["status"];
  readonly reason: LookupAudit["reason"];
  readonly credential?: StoredCredential;
  readonly question?: Question;
  readonly plateNumber?: string;
  readonly region?: string | undefined;
  readonly locationIds?: readonly string[];
  readonly permits?: readonly Permit[];
  readonly answered?: readonly string[];
}

/** The record that explaining a ticket needs, with the library's fields. */
export function toAudit(at: Date, startedAt: number, reply: Reply, facts: AuditFacts): LookupAudit {
  const { status, reason, credential, question, plateNumber, region, locationIds = [] } = facts;
  return {
    v: 1,
    at: at.toISOString(),
    durationMs: performance.now() - startedAt,
    providerId: "t2-flex",
    dialect: "offstreet",
    ...(credential && { credentialId: credential.id, companyId: credential.companyId }),
    ...(question && {
      asked: {
        plate: question.plate,
        ...(question.state && { region: question.state }),
        ...(question.locationId && { place: { by: "location", value: question.locationId } }),
      },
    }),
    ...(plateNumber && {
      understood: { plateNumbers: [plateNumber], ...(region && { region }), locationIds },
    }),
    status,
    reason,
    httpStatus: reply.status,
    considered: (facts.permits ?? []).map(({ id }) => id),
    answered: [...new Set(facts.answered)],
    dropped: 0,
  };
}
