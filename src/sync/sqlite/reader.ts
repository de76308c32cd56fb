import type { DatabaseSync } from "node:sqlite";
import type { PermitQuery } from "../../core/lookup/find-permits.ts";
import type { Permit } from "../../core/permit/permit.ts";
import { type DeliveryId, type Failure, NO_DELIVERY, type ProviderState } from "../ledger/delivery.ts";
import { decodeDelivery } from "../ledger/delivery-document.ts";
import { failuresOf, targetsOf } from "../ledger/delivery-facts.ts";
import type { PermitRecord, StoredPermit } from "../ledger/ledger.ts";
import { toPermitRecord } from "../ledger/permit-record.ts";
import type { Outage, ReadBack } from "../ledger/provider-notes.ts";
import { STATES } from "./messages.ts";
import { decodePermit } from "./permit-document.ts";

/** A delivery of a page. The next page continues after its `ref`. */
export interface ListedDelivery extends DeliveryId {
  readonly ref: number;
  readonly delivery: ProviderState;
}

type FoundRow = [permit: number, id: string, revision: number, content: string, raws: string | null];

type RecordRow = [
  ref: number,
  companyId: string,
  revision: number,
  state: number,
  changedAt: number,
  content: string | null,
  raws: string | null,
];

type StoredDelivery = [
  providerId: string,
  document: string | null,
  dueAt: number | null,
  dueSince: number | null,
];

type DeliveryRow = [ref: number, permitId: string, document: string | null];

type FailureRow = [
  failedAt: number,
  permit: number,
  provider: number,
  reference: string,
  providerId: string,
  permitId: string,
  companyId: string,
  document: string,
];

export type ListedFailure = Failure & DeliveryId & { readonly companyId: string };

// Rows per page of a list. Lookups are answered between two pages.
const PAGE = 100;

const CACHE_KIB = 8_192;

/**
 * Reads a ledger's file on the calling thread, in steps of a fraction of a millisecond, while the writer writes.
 *
 * @param database a connection of its own that only reads
 */
export function createReader(database: DatabaseSync) {
  database.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA trusted_schema = OFF`);

  function prepare(sql: string) {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return {
      get: <Row>(...values: (string | number)[]) => statement.get(...values) as unknown as Row | undefined,
      all: <Row>(...values: (string | number)[]) => statement.all(...values) as unknown as Row[],
    };
  }

  const companies = new Map<string, number>();
  const findCompany = prepare("SELECT ref FROM company WHERE id = ?");
  const findByPlate = prepare(
    `SELECT permit.ref, id, revision, content, raws FROM plate JOIN permit ON permit.ref = plate.permit
     WHERE plate.company = ? AND number = ?`,
  );
  const getPermit = prepare(
    `SELECT permit.id, company.id, revision, state, changed_at, content, raws
     FROM permit JOIN company ON company.ref = permit.company WHERE permit.id = ? AND content IS NOT NULL`,
  );
  const getRecord = prepare(
    `SELECT permit.ref, company.id, revision, state, changed_at, content, raws
     FROM permit JOIN company ON company.ref = permit.company WHERE permit.id = ?`,
  );
  const listDeliveries = prepare(
    `SELECT provider.id, document, due_at, due_since
     FROM delivery JOIN provider ON provider.ref = delivery.provider WHERE permit = ?`,
  );
  const listOutages = prepare(
    `SELECT began_at, ended_at, code FROM outage WHERE provider = (SELECT ref FROM provider WHERE id = ?)
     ORDER BY ref`,
  );
  const getReadBack = prepare(
    `SELECT read_at, unseen FROM read_back
     WHERE provider = (SELECT ref FROM provider WHERE id = ?) AND target = ?`,
  );
  const listCompanies = prepare(
    `SELECT id FROM company WHERE id > ? AND EXISTS (SELECT 1 FROM permit WHERE permit.company = company.ref)
     ORDER BY id LIMIT ${PAGE}`,
  );
  const owned = "JOIN permit ON permit.ref = delivery.permit";
  const listUnmapped = prepare(
    `SELECT delivery.permit, permit.id, document FROM delivery ${owned}
     WHERE provider = (SELECT ref FROM provider WHERE id = ?) AND unmapped = 1 AND delivery.permit > ?
     ORDER BY delivery.permit LIMIT ${PAGE}`,
  );
  const listAt = prepare(
    `SELECT delivery.permit, permit.id, document
     FROM target JOIN place ON place.target = target.ref
     JOIN delivery ON delivery.permit = place.permit AND delivery.provider = target.provider ${owned}
     WHERE target.provider = (SELECT ref FROM provider WHERE id = ?) AND target.name = ? AND place.permit > ?
     ORDER BY place.permit LIMIT ${PAGE}`,
  );
  const listTargets = prepare(
    `SELECT name FROM target WHERE provider = (SELECT ref FROM provider WHERE id = ?) AND name > ?
     AND EXISTS (SELECT 1 FROM place WHERE place.target = target.ref) ORDER BY name LIMIT ${PAGE}`,
  );
  const failure = `SELECT failed_at, failure.permit, failure.provider, reference,
      provider.id, permit.id, company.id, document
    FROM failure JOIN provider ON provider.ref = failure.provider
    JOIN delivery ON delivery.permit = failure.permit AND delivery.provider = failure.provider ${owned}
    JOIN company ON company.ref = permit.company`;
  const after = "(failed_at, failure.permit, failure.provider, reference) > (?, ?, ?, ?)";
  const listAllFailures = prepare(
    `${failure} WHERE ${after} ORDER BY failed_at, failure.permit, failure.provider, reference LIMIT ${PAGE}`,
  );
  const listFailuresOf = prepare(
    `${failure} WHERE failure.provider = (SELECT ref FROM provider WHERE id = ?)
     AND (failed_at, failure.permit, reference) > (?, ?, ?)
     ORDER BY failed_at, failure.permit, reference LIMIT ${PAGE}`,
  );

  function companyRefOf(id: string): number | undefined {
    const known = companies.get(id);
    if (known !== undefined) return known;
    const found = findCompany.get<[number]>(id)?.[0];
    if (found !== undefined) companies.set(id, found);
    return found;
  }

  function listByPlate(company: number, companyId: string, number: string): [number, Permit][] {
    return findByPlate
      .all<FoundRow>(company, number)
      .map(([ref, id, revision, content, raws]) => [
        ref,
        decodePermit({ content, raws }, { id, companyId, revision }),
      ]);
  }

  function readRecord(permitId: string): PermitRecord | undefined {
    const row = getRecord.get<RecordRow>(permitId);
    if (row === undefined) return undefined;
    const [ref, companyId, revision, state, changedAt, content, raws] = row;
    const about = { id: permitId, companyId, revision };
    const permit = {
      permitId,
      companyId,
      revision,
      state: STATES[state] ?? "active",
      permit: content === null ? undefined : decodePermit({ content, raws }, about),
      changedAt: new Date(changedAt),
    };
    const deliveries = listDeliveries
      .all<StoredDelivery>(ref)
      .map(([providerId, document, dueAt, dueSince]) => {
        const id = { providerId, permitId };
        const delivery = document === null ? NO_DELIVERY : decodeDelivery(document, id);
        const outages = readOutages(providerId);
        return {
          providerId,
          delivery,
          dueAt,
          dueSince,
          outages,
          readBacks: readBacksOf(providerId, delivery),
        };
      });
    return toPermitRecord(permit, deliveries);
  }

  function readOutages(providerId: string): Outage[] {
    return listOutages
      .all<[beganAt: number, endedAt: number | null, code: string]>(providerId)
      .map(([beganAt, endedAt, code]) => ({
        downSince: new Date(beganAt),
        code,
        upAt: endedAt === null ? null : new Date(endedAt),
      }));
  }

  function readBacksOf(providerId: string, delivery: ProviderState): Map<string, ReadBack> {
    const found = new Map<string, ReadBack>();
    for (const target of targetsOf(delivery)) {
      const row = getReadBack.get<[readAt: number, unseen: string]>(providerId, target);
      if (row === undefined) continue;
      const [readAt, unseen] = row;
      found.set(target, { at: new Date(readAt), unseen: unseen === "" ? [] : unseen.split(" ") });
    }
    return found;
  }

  /** Several statements, which see the same commits. */
  function inOneState<Value>(readAll: () => Value): Value {
    database.exec("SAVEPOINT one_state");
    try {
      return readAll();
    } finally {
      database.exec("RELEASE one_state");
    }
  }

  function toListed([ref, permitId, document]: DeliveryRow, providerId: string): ListedDelivery {
    const id = { providerId, permitId };
    return { ref, ...id, delivery: document === null ? NO_DELIVERY : decodeDelivery(document, id) };
  }

  return {
    findPermits({ companyId, plateNumbers }: Pick<PermitQuery, "companyId" | "plateNumbers">): Permit[] {
      const company = companyRefOf(companyId);
      if (company === undefined) return [];
      const [first = ""] = plateNumbers;
      if (plateNumbers.length === 1)
        return listByPlate(company, companyId, first).map(([, permit]) => permit);
      // A permit with two of the plates is returned once.
      const found = plateNumbers.flatMap((number) => listByPlate(company, companyId, number));
      return [...new Map(found).values()];
    },
    getPermit(permitId: string): StoredPermit | undefined {
      type Row = [string, string, number, number, number, string, string | null];
      const row = getPermit.get<Row>(permitId);
      if (row === undefined) return undefined;
      const [id, companyId, revision, state, changedAt, content, raws] = row;
      const permit = decodePermit({ content, raws }, { id, companyId, revision });
      return { permit, state: toStoredState(state), changedAt: new Date(changedAt) };
    },
    readRecord: (permitId: string) => inOneState(() => readRecord(permitId)),
    pageOfCompanies: (after: string) => listCompanies.all<[string]>(after).map(([id]) => id),
    pageOfTargets: (providerId: string, after: string) =>
      listTargets.all<[string]>(providerId, after).map(([name]) => name),
    pageOfUnmapped: (providerId: string, after: number) =>
      listUnmapped.all<DeliveryRow>(providerId, after).map((row) => toListed(row, providerId)),
    pageAt: (providerId: string, target: string, after: number) =>
      listAt.all<DeliveryRow>(providerId, target, after).map((row) => toListed(row, providerId)),
    /** Each failure, with its row: the next page continues after it. */
    pageOfFailures(providerId: string | undefined, last: FailureRow | undefined) {
      const [at, permit, provider, reference] = last ?? [Number.MIN_SAFE_INTEGER, 0, 0, ""];
      const rows =
        providerId === undefined
          ? listAllFailures.all<FailureRow>(at, permit, provider, reference)
          : listFailuresOf.all<FailureRow>(providerId, at, permit, reference);
      return rows.map((row) => ({ row, failure: toFailure(row) }));
    },
  };
}

export type Reader = ReturnType<typeof createReader>;

/** The state of a permit that is not erased. */
export function toStoredState(state: number): StoredPermit["state"] {
  const known = STATES[state];
  return known === "revoked" || known === "forgotten" ? known : "active";
}

function toFailure(row: FailureRow): ListedFailure | undefined {
  const [, , , reference, providerId, permitId, companyId, document] = row;
  const owner = { providerId, permitId, companyId };
  const failure = failuresOf(decodeDelivery(document, owner)).find(({ key }) => key === reference);
  return failure && { ...failure, ...owner };
}
