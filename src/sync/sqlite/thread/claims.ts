import { randomInt } from "node:crypto";
import type { UndoLog } from "./undo-log.ts";

/** A claimed delivery. Instants are in milliseconds. */
export interface Claim {
  readonly version: number;
  /** The document at the time of the claim. */
  readonly document: string | null;
  readonly permit: number;
  readonly provider: number;
  readonly company: number;
  until: number;
  /** Since when the delivery counts as pending. */
  readonly since: number;
  /** When the delivery is due, changes during the claim included; null: it is not. */
  dueAt: number | null;
  /** The first change during the claim, and the place in line that changes have given the delivery. */
  changedAt: number | null;
  changedPlace: number | null;
  /** What the file holds of the delivery. During a claim, only its holder writes it. */
  written: Written;
}

interface Written {
  /** The row numbers of the targets that list the delivery; undefined: those of the claimed document. */
  readonly targets: ReadonlySet<number> | undefined;
  /** The number of its refused operations. */
  readonly failed: number;
}

/** A position in the order in which deliveries are claimed. */
export interface DuePlace {
  readonly dueAt: number;
  readonly permit: number;
}

const START: DuePlace = { dueAt: Number.MIN_SAFE_INTEGER, permit: 0 };

/**
 * The claims on deliveries. One process has the file at a time, so claims are kept in memory only, and taking one costs
 * no write.
 */
export class Claims {
  // Random, so that versions of claims from before the file was last closed do not return.
  #lastVersion = randomInt(2 ** 47);
  readonly #byVersion = new Map<number, Claim>();
  readonly #byProvider = new Map<number, Map<number, Claim>>();
  readonly #looked = new Map<number, DuePlace>();
  readonly #undo: UndoLog;

  constructor(undo: UndoLog) {
    this.#undo = undo;
  }

  of(provider: number): ReadonlyMap<number, Claim> {
    return this.#byProvider.get(provider) ?? NONE;
  }

  /**
   * Where to begin looking for unclaimed deliveries: everything due up to this place is claimed. Without it, a backfill
   * would skip hundreds of claimed deliveries for every few that it claims.
   */
  placeToLook(provider: number, now: number): DuePlace {
    const place = this.#looked.get(provider);
    if (place === undefined) return START;
    // An expired claim makes its delivery available again.
    for (const { until } of this.of(provider).values()) if (until <= now) return START;
    return place;
  }

  noteLooked(provider: number, place: DuePlace): void {
    this.#looked.set(provider, place);
  }

  /** Notes that a delivery became due at `at`, or lost its claim and is due then. */
  noteDue(at: number): void {
    for (const [provider, { dueAt }] of this.#looked) if (at <= dueAt) this.#looked.delete(provider);
  }

  all(): Iterable<Claim> {
    return this.#byVersion.values();
  }

  find(provider: number, permit: number): Claim | undefined {
    return this.#byProvider.get(provider)?.get(permit);
  }

  get(version: number): Claim | undefined {
    return this.#byVersion.get(version);
  }

  take(claim: Omit<Claim, "version" | "changedAt" | "changedPlace">): Claim {
    this.drop(this.find(claim.provider, claim.permit));
    const taken: Claim = { ...claim, version: ++this.#lastVersion, changedAt: null, changedPlace: null };
    this.#add(taken);
    return taken;
  }

  /** Ends a claim inside a transaction. */
  release(claim: Claim): void {
    this.drop(claim);
    this.#undo.add(() => this.#add(claim));
  }

  drop(claim: Claim | undefined): void {
    if (claim === undefined) return;
    this.#byVersion.delete(claim.version);
    this.#byProvider.get(claim.provider)?.delete(claim.permit);
  }

  /** Notes a change of a delivery during its claim. */
  noteChange(claim: Claim | undefined, at: number, place = at): void {
    if (claim === undefined) return;
    const { changedAt, changedPlace, dueAt } = claim;
    claim.changedAt = Math.min(changedAt ?? at, at);
    claim.changedPlace = Math.min(changedPlace ?? place, place);
    claim.dueAt = Math.min(dueAt ?? place, place);
    this.#undo.add(() => Object.assign(claim, { changedAt, changedPlace, dueAt }));
  }

  /** Makes a claim end at `until` at the latest. */
  shorten(claim: Claim, until: number): void {
    const before = claim.until;
    claim.until = Math.min(before, until);
    this.#undo.add(() => {
      claim.until = before;
    });
  }

  noteWritten(claim: Claim, written: Written): void {
    const before = claim.written;
    claim.written = written;
    this.#undo.add(() => {
      claim.written = before;
    });
  }

  #add(claim: Claim): void {
    this.#byVersion.set(claim.version, claim);
    const claims = this.#byProvider.get(claim.provider) ?? new Map<number, Claim>();
    this.#byProvider.set(claim.provider, claims.set(claim.permit, claim));
  }
}

const NONE: ReadonlyMap<number, Claim> = new Map();
