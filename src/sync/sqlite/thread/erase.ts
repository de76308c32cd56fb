import type { DatabaseSync } from "node:sqlite";
import { NO_DELIVERY } from "../../ledger/delivery.ts";
import { decodeDelivery, encodeDelivery } from "../../ledger/delivery-document.ts";
import { eraseDelivery } from "../../ledger/delivery-facts.ts";
import { type Operations, STATES } from "../messages.ts";
import type { Claims } from "./claims.ts";
import type { NameTable } from "./name-table.ts";
import type { PlateTable } from "./plate-table.ts";

interface EraserDependencies {
  readonly database: DatabaseSync;
  readonly providers: NameTable;
  readonly claims: Claims;
  readonly plates: PlateTable;
  readonly unlist: (permit: number, provider: number, document: string | null) => void;
}

type ErasableRow = [ref: number, company: number, state: number, content: string];
type DeliveryRow = [provider: number, document: string | null];

const ANY_OWNER = { providerId: "", permitId: "" };

/** Erases personal data. Runs in the caller's transaction. */
export function createEraser({ database, providers, claims, plates, unlist }: EraserDependencies) {
  const isNotLive = `content IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.permit = permit.ref AND live_until > ?)`;
  const listEnded = database.prepare(
    `SELECT ref, company, state, content FROM permit INDEXED BY permit_ended
     WHERE ended_at < ? AND ${isNotLive} ORDER BY ended_at LIMIT ?`,
  );
  const listForgotten = database.prepare(
    `SELECT ref, company, state, content FROM permit WHERE state = 2 AND ${isNotLive}
     ORDER BY ref LIMIT ?`,
  );
  const listDeliveries = database.prepare("SELECT provider, document FROM delivery WHERE permit = ?");
  for (const statement of [listEnded, listForgotten, listDeliveries]) statement.setReturnArrays(true);
  const erasePermit = database.prepare(
    "UPDATE permit SET content = NULL, raws = NULL, ended_at = NULL, state = ? WHERE ref = ?",
  );
  const erase = database.prepare(
    `UPDATE delivery SET document = ?, live_until = NULL, unmapped = 0, failed = 0, due_at = NULL,
     due_since = NULL WHERE permit = ? AND provider = ?`,
  );
  const noteErasure = database.prepare("UPDATE erasure SET last = last + 1");

  function isBeingWorkedOn(permit: number, now: number): boolean {
    for (const provider of providers.refs()) {
      const claim = claims.find(provider, permit);
      if (claim !== undefined && claim.until > now) return true;
    }
    return false;
  }

  function eraseOne([ref, company, code, content]: ErasableRow): void {
    const state = STATES[code] ?? "active";
    plates.remove({ ref, company, state, content });
    erasePermit.run(STATES.indexOf(state === "active" ? "erased" : "erased_revoked"), ref);
    for (const [provider, document] of listDeliveries.all(ref) as unknown as DeliveryRow[]) {
      unlist(ref, provider, document);
      const claim = claims.find(provider, ref);
      if (claim !== undefined) claims.release(claim);
      const delivery = document === null ? NO_DELIVERY : decodeDelivery(document, ANY_OWNER);
      erase.run(encodeDelivery(eraseDelivery(delivery), ANY_OWNER), ref, provider);
    }
  }

  return function eraseSome({ endedBefore, now, limit }: Operations["erase"][0]): number {
    // Claimed permits may be among the rows and are skipped, so as many more are read.
    const most = limit + [...providers.refs()].reduce((sum, ref) => sum + claims.of(ref).size, 0);
    const rows = [
      ...(listForgotten.all(now, most) as unknown as ErasableRow[]),
      ...(listEnded.all(endedBefore, now, most) as unknown as ErasableRow[]),
    ];
    const done = new Set<number>();
    for (const row of rows) {
      if (done.size >= limit) break;
      if (done.has(row[0]) || isBeingWorkedOn(row[0], now)) continue;
      eraseOne(row);
      done.add(row[0]);
    }
    if (done.size > 0) noteErasure.run();
    return done.size;
  };
}
