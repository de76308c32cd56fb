import { contentOf, freezePermit, type Permit } from "../../core/permit/permit.ts";
import { PlateIndex } from "../../core/permit/plate-index.ts";
import { judgeChange, type KnownPermit } from "../ledger/change-status.ts";
import { type DeliveryId, NO_DELIVERY } from "../ledger/delivery.ts";
import { placeOf } from "../ledger/lease.ts";
import type { ChangeStatus, LedgerChange } from "../ledger/ledger.ts";
import { type DeliveryRow, type PermitRow, ProviderRows } from "./rows.ts";

/** The permits, deliveries and indexes of a memory ledger. */
export class MemoryStore {
  readonly permits = new Map<string, PermitRow>();
  readonly plates = new PlateIndex();
  readonly providers = new Map<string, ProviderRows>();
  readonly #companies = new Map<string, Set<PermitRow>>();

  rowsOf(providerId: string): ProviderRows {
    const known = this.providers.get(providerId);
    if (known !== undefined) return known;
    const rows = new ProviderRows();
    this.providers.set(providerId, rows);
    return rows;
  }

  permitsOf(companyId: string): Iterable<PermitRow> {
    return this.#companies.get(companyId) ?? [];
  }

  companyIds(): string[] {
    return [...this.#companies].filter(([, permits]) => permits.size > 0).map(([id]) => id);
  }

  findDelivery({ providerId, permitId }: DeliveryId): DeliveryRow | undefined {
    return this.permits.get(permitId)?.deliveries.get(providerId);
  }

  addDelivery(owner: PermitRow, providerId: string): DeliveryRow {
    const present = owner.deliveries.get(providerId);
    if (present !== undefined) return present;
    const empty = { delivery: NO_DELIVERY, dueAt: null, dueSince: null, node: undefined, claim: undefined };
    const row: DeliveryRow = { providerId, owner, ...empty };
    owner.deliveries.set(providerId, row);
    this.rowsOf(providerId).rows.add(row);
    return row;
  }

  /** The statuses that changes would get, each after those before it. Changes nothing. */
  judge(changes: readonly LedgerChange[]): ChangeStatus[] {
    const ahead = new Map<string, KnownPermit & { permit: Permit | undefined }>();
    return changes.map((change) => {
      const id = "permit" in change ? change.permit.id : change.permitId;
      const known = ahead.get(id) ?? this.permits.get(id);
      const isSame = () =>
        "permit" in change &&
        known?.permit !== undefined &&
        contentOf(known.permit) === contentOf(change.permit);
      const status = judgeChange(known, change, isSame);
      if (status === "recorded" && "permit" in change) {
        const { permit } = change;
        ahead.set(id, { state: "active", revision: permit.revision, permit });
      } else if (status === "recorded" && known !== undefined) {
        const { revision, permit } = known;
        ahead.set(id, { state: change.kind === "forget" ? "forgotten" : "revoked", revision, permit });
      }
      return status;
    });
  }

  /** Applies a change whose status is `recorded`. */
  apply(change: LedgerChange, onDue: (providerId: string) => void = () => {}): void {
    const at = change.at.getTime();
    const row = "permit" in change ? this.#take(change.permit, at) : this.permits.get(change.permitId);
    if (row === undefined) return;
    row.changedAt = at;
    if ("permit" in change) {
      for (const providerId of change.providerIds) this.addDelivery(row, providerId);
    } else {
      this.#unlist(row);
      row.state = change.kind === "forget" ? "forgotten" : "revoked";
    }
    for (const delivery of row.deliveries.values()) {
      this.rowsOf(delivery.providerId).makeDue(delivery, at, placeOf(change));
      onDue(delivery.providerId);
    }
  }

  /** Erases the personal data of a permit. */
  drop(row: PermitRow): void {
    this.#unlist(row);
    row.permit = undefined;
    row.state = row.state === "active" ? "erased" : "erased_revoked";
  }

  #take(input: Permit, at: number): PermitRow {
    const permit = freezePermit(input);
    const { id, companyId, revision } = permit;
    const fresh = { id, companyId, revision, permit: undefined, changedAt: at, deliveries: new Map() };
    const row: PermitRow = this.permits.get(id) ?? { ...fresh, state: "active" };
    this.permits.set(id, row);
    this.#unlist(row);
    this.#companies.get(row.companyId)?.delete(row);
    Object.assign(row, { companyId, revision, permit, state: "active" });
    this.#companies.set(companyId, (this.#companies.get(companyId) ?? new Set()).add(row));
    this.plates.add(permit);
    return row;
  }

  /** Removes the permit from the lookup's index. */
  #unlist({ permit, state }: PermitRow): void {
    if (permit !== undefined && state === "active") this.plates.remove(permit);
  }
}
