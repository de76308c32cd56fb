import { findMalformed } from "../../core/directory/read-answers.ts";
import { isCompanyEnabled, providerEntry } from "../../core/directory/switches.ts";
import type { Permit } from "../../core/permit/permit.ts";
import type { DeliveryRecord, PermitRecord } from "../ledger/ledger.ts";
import type { CompanyView } from "../plan/desired.ts";
import type { NotJudgedEntry, OnItsWayEntry, PlainReason, UnsentEntry } from "./explanation.ts";

/** The company as its directory shows it now; or why nothing is known of it. */
export type Seen = CompanyView | NotJudgedEntry["reason"];

/** A plate of the permit at one of its locations, of which the vendor has nothing. */
export interface Absent {
  readonly record: PermitRecord & { readonly permit: Permit };
  readonly providerId: string;
  readonly locationId: string;
  /** Undefined: the permit has no delivery at this provider. */
  readonly delivery: DeliveryRecord | undefined;
  readonly seen: Seen;
  readonly breakerOpenSince: Date | undefined;
  readonly now: Date;
}

/** Why a vendor has nothing of a plate that the permit names at a location. */
export function explainAbsence(absent: Absent): UnsentEntry | OnItsWayEntry | NotJudgedEntry {
  const { record, seen, delivery, now } = absent;
  if (record.state !== "active") return notSent("revoked");
  const { validFrom, validTo } = record.permit;
  if (validTo !== null && validTo <= now) return notSent("over");
  const reason = typeof seen === "string" ? undefined : findSwitch(seen, absent);
  if (reason !== undefined) return notSent(reason);
  const { dueAt = null, dueSince = null } = delivery ?? {};
  if (dueAt !== null && dueSince !== null && dueSince <= now) return waiting(absent, dueAt);
  if (typeof seen === "string") return { status: "not_judged", reason: seen };
  // A later instant is another right's: an extension, for example. Nothing is planned for this one.
  return dueAt === null || dueAt > validFrom
    ? notSent("not_refreshed")
    : { status: "not_sent", reason: "starts_later", sendAt: dueAt };
}

function notSent(reason: PlainReason): UnsentEntry {
  return { status: "not_sent", reason };
}

/** Due, and not decided yet. */
function waiting({ now, breakerOpenSince }: Absent, dueAt: Date): OnItsWayEntry {
  return {
    status: "on_its_way",
    operation: "register",
    decidedAt: null,
    attempts: 0,
    nextTryAt: dueAt > now ? dueAt : null,
    ...(breakerOpenSince === undefined ? {} : { breakerOpenSince }),
  };
}

/** What in the directory prevents a registration; undefined: nothing does. */
function findSwitch(
  { company, locations, unread }: CompanyView,
  { providerId, locationId }: Absent,
): PlainReason | undefined {
  if (company === undefined) return "company_unknown";
  if (!isCompanyEnabled(company, providerId)) return "company_off";
  const location = locations.get(locationId);
  if (location === undefined) {
    const isUnreadable = unread !== undefined && findMalformed(unread.malformed, locationId) !== undefined;
    return isUnreadable ? "location_unreadable" : "location_unknown";
  }
  const entry = providerEntry(location.providers, providerId);
  if (entry?.enabled !== true) return "location_off";
  return entry.target === undefined ? "no_target" : undefined;
}
