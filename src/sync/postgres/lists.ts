import type { DeliveryId, Failure } from "../ledger/delivery.ts";
import { failuresOf } from "../ledger/delivery-facts.ts";
import { query } from "./connect/connection.ts";
import type { PostgresDependencies } from "./record/record.ts";
import { toDelivery, toListedTarget } from "./rows.ts";
import { short } from "./schema.ts";

type ListDependencies = Pick<PostgresDependencies, "pool" | "schema">;
type Row = Record<string, unknown>;

const PAGE = 200;

/** Whether a row is of the provider that the first parameter names. */
function isOf(table: string): string {
  return `${short(`${table}.provider_id`)} = ${short("$1")} AND ${table}.provider_id = $1`;
}

/** Reads page after page, each from where the last one ended. No transaction stays open between them. */
async function* readPages(
  { pool, operation }: { pool: ListDependencies["pool"]; operation: string },
  pageAfter: (last: Row | undefined) => [text: string, values: unknown[]],
): AsyncGenerator<Row> {
  let last: Row | undefined;
  do {
    const { rows } = await query(pool, operation, pageAfter(last));
    yield* rows;
    last = rows.length < PAGE ? undefined : rows.at(-1);
  } while (last !== undefined);
}

export async function* listCompanies({ pool, schema }: ListDependencies): AsyncGenerator<string> {
  // Skips from company to company, without reading the permits between them.
  const text = `
    WITH RECURSIVE c AS (
      (SELECT company_id FROM ${schema}.permits
        WHERE $1::text IS NULL OR ${short("company_id")} > ${short("$1")} ORDER BY ${short("company_id")} LIMIT 1)
      UNION ALL
      SELECT (SELECT company_id FROM ${schema}.permits p
               WHERE ${short("p.company_id")} > ${short("c.company_id")} ORDER BY ${short("p.company_id")} LIMIT 1)
        FROM c WHERE c.company_id IS NOT NULL)
    SELECT company_id FROM c WHERE company_id IS NOT NULL LIMIT ${PAGE}`;
  const rows = readPages({ pool, operation: "listCompanies" }, (last) => [
    text,
    [last?.["company_id"] ?? null],
  ]);
  for await (const row of rows) yield String(row["company_id"]);
}

export async function* listTargets(
  providerId: string,
  { pool, schema }: ListDependencies,
): AsyncGenerator<string> {
  const text = `
    WITH RECURSIVE t AS (
      (SELECT target FROM ${schema}.delivery_targets n
        WHERE ${isOf("n")} AND ($2::text IS NULL OR ${short("n.target")} > ${short("$2")})
        ORDER BY ${short("n.target")} LIMIT 1)
      UNION ALL
      SELECT (SELECT target FROM ${schema}.delivery_targets n
               WHERE ${isOf("n")} AND ${short("n.target")} > ${short("t.target")}
               ORDER BY ${short("n.target")} LIMIT 1)
        FROM t WHERE t.target IS NOT NULL)
    SELECT target FROM t WHERE target IS NOT NULL LIMIT ${PAGE}`;
  const pages = readPages({ pool, operation: "listTargets" }, (last) => [
    text,
    [providerId, last?.["target"] ?? null],
  ]);
  for await (const row of pages) yield String(row["target"]);
}

export async function* listAt(providerId: string, target: string, { pool, schema }: ListDependencies) {
  const text = `
    SELECT t.permit_id, d.delivery::text AS delivery
      FROM ${schema}.delivery_targets t JOIN ${schema}.deliveries d USING (provider_id, permit_id)
     WHERE ${isOf("t")} AND ${short("t.target")} = ${short("$2")} AND t.target = $2 AND t.permit_id > $3 ORDER BY t.permit_id LIMIT ${PAGE}`;
  const pages = readPages({ pool, operation: "listAt" }, (last) => [
    text,
    [providerId, toListedTarget(target), last?.["permit_id"] ?? ""],
  ]);
  for await (const row of pages) {
    const id = { providerId, permitId: String(row["permit_id"]) };
    yield { ...id, delivery: toDelivery(row["delivery"], id) };
  }
}

export async function* listUnmapped(providerId: string, { pool, schema }: ListDependencies) {
  const text = `
    SELECT permit_id, delivery::text AS delivery FROM ${schema}.deliveries d
     WHERE ${isOf("d")} AND unmapped > 0 AND permit_id > $2 ORDER BY permit_id LIMIT ${PAGE}`;
  const pages = readPages({ pool, operation: "listUnmapped" }, (last) => [
    text,
    [providerId, last?.["permit_id"] ?? ""],
  ]);
  for await (const row of pages) {
    const id = { providerId, permitId: String(row["permit_id"]) };
    yield { ...id, locationIds: toDelivery(row["delivery"], id).unmapped };
  }
}

type ListedFailure = Failure & DeliveryId & { readonly companyId: string };

/**
 * Oldest first. Deliveries are read by their oldest refusal. Their younger refusals are kept until it is their turn.
 */
export async function* listFailures(
  providerId: string | undefined,
  { pool, schema }: ListDependencies,
): AsyncGenerator<ListedFailure> {
  const text = `
    SELECT permit_id, provider_id, company_id, delivery::text AS delivery, failed_at::text AS failed_at
      FROM ${schema}.deliveries
     WHERE failed > 0 AND ($1::text IS NULL OR provider_id = $1)
       AND (failed_at, permit_id, provider_id) > ($2::timestamptz, $3, $4)
     ORDER BY failed_at, permit_id, provider_id LIMIT ${PAGE}`;
  const pages = readPages({ pool, operation: "listFailures" }, (last) => [
    text,
    [
      providerId ?? null,
      last?.["failed_at"] ?? "-infinity",
      last?.["permit_id"] ?? "",
      last?.["provider_id"] ?? "",
    ],
  ]);
  let waiting: ListedFailure[] = [];
  for await (const row of pages) {
    const id = { providerId: String(row["provider_id"]), permitId: String(row["permit_id"]) };
    const companyId = String(row["company_id"]);
    const failures = failuresOf(toDelivery(row["delivery"], id)).map((failure) => ({
      ...failure,
      ...id,
      companyId,
    }));
    const oldest = Math.min(...failures.map(({ failedAt }) => Date.parse(failedAt)));
    waiting = [...waiting, ...failures].sort(
      (one, other) => Date.parse(one.failedAt) - Date.parse(other.failedAt),
    );
    while (waiting[0] !== undefined && Date.parse(waiting[0].failedAt) <= oldest) {
      yield waiting.shift() as ListedFailure;
    }
  }
  yield* waiting;
}
