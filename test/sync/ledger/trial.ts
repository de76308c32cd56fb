import { expect } from "vitest";
import type { ClaimedDelivery, Ledger } from "../../../src/sync/ledger/ledger.ts";
import type { LedgerUnderTest } from "./contract.ts";
import { countOf } from "./count-of.ts";
import { collect, find, minute, nextDue } from "./fixtures.ts";
import { LedgerModel, type ModelDelivery } from "./model.ts";
import { COMPANY_IDS, PERMIT_IDS, PLATE_NUMBERS, PROVIDER_IDS, type Step, TARGETS } from "./steps.ts";

/** One history: each step is taken by the ledger and by the model, and they must agree. */
export class LedgerTrial {
  readonly #made: LedgerUnderTest;
  #ledger: Ledger;
  readonly #model = new LedgerModel();
  /** Every delivery that was ever claimed: saving one that was released long ago must change nothing. */
  readonly #claimed: ClaimedDelivery[] = [];
  #now = 0;

  constructor(made: LedgerUnderTest) {
    this.#made = made;
    this.#ledger = made.ledger;
  }

  get #instant(): number {
    return minute(this.#now).getTime();
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case "record": {
        const { isUrgent } = step;
        const changes = step.changes.map((change) => ({ ...change(this.#now), isUrgent }));
        const expected = this.#model.record(structuredClone(changes));
        expect(await this.#ledger.record(changes)).toEqual(expected);
        break;
      }
      case "makeDue": {
        const { companyId, providerIds } = step;
        const expected = this.#model.makeDue(companyId, providerIds, this.#instant);
        const selection = { companyId, providerIds, at: minute(this.#now) };
        expect(await this.#ledger.makeDue(selection)).toBe(expected);
        break;
      }
      case "claim":
        await this.#claim(step);
        break;
      case "claimOne":
        await this.#claimOne(step);
        break;
      case "save":
        await this.#save(step);
        break;
      case "erase":
        await this.#erase(step);
        break;
      case "clock":
        this.#now += step.minutes;
        break;
      case "reopen":
        await this.#reopen();
        break;
    }
    await this.#compareDue();
    await this.#compareLookups();
  }

  async #claim({ providerId, limit, leaseMs }: Extract<Step, { kind: "claim" }>): Promise<void> {
    const claimable = this.#model.claimable(providerId, this.#instant);
    const claimed = await this.#ledger.claim({
      limits: new Map([[providerId, limit]]),
      now: minute(this.#now),
      leaseMs,
    });
    expect(claimed).toHaveLength(Math.min(limit, claimable.length));
    const rows = claimed.map((one) => this.#compareClaimed(one, claimable));
    // Those that are due equally long may come in any order, and either may be left.
    const due = rows.map(({ dueAt }) => dueAt);
    expect(due).toEqual(
      claimable
        .map(({ dueAt }) => dueAt)
        .sort(ascending)
        .slice(0, limit),
    );
    for (const [index, row] of rows.entries()) this.#hold(row, claimed[index], leaseMs);
  }

  async #claimOne(step: Extract<Step, { kind: "claimOne" }>): Promise<void> {
    const { providerId, permitId, leaseMs } = step;
    const row = this.#model.of(providerId).find((one) => one.permitId === permitId);
    const isFree = row !== undefined && (row.claim?.until ?? 0) <= this.#instant;
    const claimed = await this.#ledger.claimOne(
      { providerId, permitId },
      { now: minute(this.#now), leaseMs },
    );
    expect(claimed !== undefined).toBe(isFree);
    if (claimed === undefined || row === undefined) return;
    this.#compareClaimed(claimed, [row]);
    this.#hold(row, claimed, leaseMs);
  }

  #hold(row: ModelDelivery, claimed: ClaimedDelivery | undefined, leaseMs: number): void {
    if (claimed === undefined) return;
    this.#model.claim(row, claimed.version, this.#instant, leaseMs);
    this.#claimed.push(claimed);
  }

  #compareClaimed(claimed: ClaimedDelivery, rows: ModelDelivery[]): ModelDelivery {
    const row = rows.find(({ permitId }) => permitId === claimed.permitId);
    if (row === undefined) throw new Error(`${claimed.permitId} could not be claimed.`);
    const { permit, erased } = this.#permit(claimed.permitId);
    expect(claimed).toEqual({
      ...{ providerId: row.providerId, permitId: row.permitId, companyId: permit.companyId },
      ...{ delivery: row.delivery, stored: erased ? undefined : this.#stored(claimed.permitId) },
      ...{ dueSince: new Date(Math.min(row.dueSince, this.#instant)), version: claimed.version },
      isUrgent: row.dueAt < row.dueSince,
    });
    return row;
  }

  async #save({ picks }: Extract<Step, { kind: "save" }>): Promise<void> {
    if (this.#claimed.length === 0) return;
    // Each of them once: two saves for one claim in one commit would be a mistake of the caller.
    const chosen = new Map(picks.map((one) => [this.#claimed[one.pick % this.#claimed.length], one]));
    const updates = [...chosen].flatMap(([claimed, { delivery, release }]) => {
      if (claimed === undefined) return [];
      const { providerId, permitId, version } = claimed;
      const saved = { providerId, permitId, version, delivery: delivery(permitId, providerId) };
      if (release === undefined) return [saved];
      const dueAt = release.dueIn === null ? null : minute(this.#now + release.dueIn);
      return [{ ...saved, release: { dueAt, settled: release.settled } }];
    });
    const effects = updates.map((update) => this.#model.save(structuredClone(update)));
    expect(await this.#ledger.save(updates)).toEqual(effects);
  }

  async #erase({ back, limit }: Extract<Step, { kind: "erase" }>): Promise<void> {
    const [endedBefore, now] = [minute(this.#now - back), minute(this.#now)];
    const erasable = this.#model.erasable(endedBefore.getTime(), now.getTime());
    const erased = await this.#ledger.erase({ endedBefore, now, limit });
    expect(erased).toBe(Math.min(limit, erasable.length));
    // Which of them is the ledger's to choose.
    const gone = [];
    for (const row of erasable) if (!(await this.#ledger.getPermit(row.permit.id))) gone.push(row);
    expect(gone).toHaveLength(erased);
    for (const row of gone) this.#model.erase(row);
  }

  async #reopen(): Promise<void> {
    if (this.#made.reopen === undefined) {
      await this.#ledger.close();
      await this.#ledger.open();
    } else this.#ledger = await this.#made.reopen();
    for (const row of this.#model.deliveries) row.claim = undefined;
  }

  #permit(permitId: string) {
    const found = this.#model.permits.find(({ permit }) => permit.id === permitId);
    if (found === undefined) throw new Error(`${permitId} was never recorded.`);
    return found;
  }

  #stored(permitId: string) {
    const { permit, withdrawn, changedAt } = this.#permit(permitId);
    return { permit, state: withdrawn === "no" ? "active" : withdrawn, changedAt: new Date(changedAt) };
  }

  async #compareDue(): Promise<void> {
    for (const providerId of PROVIDER_IDS) {
      const next = this.#model.nextDue(providerId);
      const expected = Number.isFinite(next) ? new Date(next) : undefined;
      expect(await nextDue(this.#ledger, providerId), "findNextDue").toEqual(expected);
    }
  }

  async #compareLookups(): Promise<void> {
    for (const companyId of COMPANY_IDS) {
      for (const numbers of [...PLATE_NUMBERS.map((one) => [one]), PLATE_NUMBERS]) {
        const found = (await find(this.#ledger, numbers, companyId)).map(({ id }) => id).sort();
        const expected = this.#model.permits.filter(
          ({ permit, withdrawn, erased }) =>
            permit.companyId === companyId &&
            !(erased || withdrawn !== "no") &&
            permit.plates.some(({ number }) => numbers.includes(number)),
        );
        expect(found).toEqual(expected.map(({ permit }) => permit.id).sort());
      }
    }
  }

  /** Every list and count. */
  async compareEverything(): Promise<void> {
    const { permits } = this.#model;
    const [ledger, model] = [this.#ledger, this.#model];
    for (const id of PERMIT_IDS) {
      const known = permits.find(({ permit }) => permit.id === id);
      const expected = known === undefined || known.erased ? undefined : this.#stored(id);
      expect(await ledger.getPermit(id)).toEqual(expected);
    }
    const companies = new Set(permits.map(({ permit }) => permit.companyId));
    expect((await collect(ledger.listCompanies())).sort()).toEqual([...companies].sort());
    for (const providerId of PROVIDER_IDS) await this.#compareProvider(providerId, model.of(providerId));
  }

  async #compareProvider(providerId: string, rows: ModelDelivery[]): Promise<void> {
    const ledger = this.#ledger;
    const now = this.#instant;
    const failures = rows.flatMap(({ delivery, permitId }) =>
      delivery.rights
        .filter(({ failure }) => failure !== null && failure.dismissed !== true)
        .map((right) => `${right.failure?.failedAt} ${permitId} ${right.reference}`),
    );
    const listed = await collect(ledger.listFailures(providerId));
    expect(listed.map(({ failedAt, permitId, key }) => `${failedAt} ${permitId} ${key}`).sort()).toEqual(
      failures.sort(),
    );
    const times = listed.map(({ failedAt }) => failedAt);
    expect(times).toEqual(times.toSorted());
    const unmapped = rows.filter(({ delivery }) => delivery.unmapped.length > 0);
    expect(sortById(await collect(ledger.listUnmapped(providerId)))).toEqual(
      sortById(
        unmapped.map(({ permitId, delivery }) => ({ providerId, permitId, locationIds: delivery.unmapped })),
      ),
    );
    for (const target of TARGETS) {
      const there = rows.filter(({ delivery }) =>
        delivery.rights.some(({ receipt, registration }) => (receipt ?? registration).target === target),
      );
      const expected = there.map(({ permitId, delivery }) => ({ providerId, permitId, delivery }));
      expect(sortById(await collect(ledger.listAt(providerId, target)))).toEqual(sortById(expected));
      expect((await collect(ledger.listTargets(providerId))).includes(target)).toBe(there.length > 0);
    }
    const pending = rows.filter(({ dueSince, claim }) => dueSince <= now || (claim?.until ?? 0) > now);
    const since = pending.map(({ dueSince, claim }) => (dueSince <= now ? dueSince : (claim?.since ?? now)));
    const registrable = unmapped.filter(({ permitId }) => {
      const { permit, withdrawn } = this.#permit(permitId);
      return withdrawn === "no" && (permit.validTo === null || permit.validTo.getTime() > now);
    });
    expect(await countOf(ledger, providerId, minute(this.#now))).toEqual({
      ...{ pending: pending.length, failed: failures.length, unmapped: registrable.length },
      oldestDueSince: since.length === 0 ? null : new Date(Math.min(...since)),
    });
  }
}

function sortById<Row extends { permitId: string }>(rows: Row[]): Row[] {
  return rows.toSorted((one, other) => one.permitId.localeCompare(other.permitId));
}

function ascending(one: number, other: number): number {
  return one - other;
}
