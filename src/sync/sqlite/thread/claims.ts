import { randomInt } from "node:crypto";
import type { UndoLog } from "./undo-log.ts";

/** A delivery that somebody works on. Instants are milliseconds. */
export interface Claim {
  readonly version: number;
  /** As it was when it was claimed. */
  readonly document: string | null;
  readonly permit: number;
  readonly provider: number;
  readonly company: number;
  until: number;
  /** Since when it counts as pending. */
  readonly since: number;
  /** When it was due, or has become so since; null: it was not. */
  dueAt: number | null;
  /** The first change since it was claimed. */
  changedAt: number | null;
  /** What stands in the file of it: nobody else writes a delivery that somebody has. */
  written: Written;
}

interface Written {
  /** Numbers of the targets it is listed at; undefined: those of the document with which it was claimed. */
  readonly targets: ReadonlySet<number> | undefined;
  /** Refused operations of it. */
  readonly failed: number;
}

/** A place in the order in which deliveries are given out. */
export interface DuePlace {
  readonly dueAt: number;
  readonly permit: number;
}

const START: DuePlace = { dueAt: Number.MIN_SAFE_INTEGER, permit: 0 };

/**
 * Who works on what. A file has one process, so claims need not outlive it: they are kept in memory, and taking one
 * costs no write.
 */
export class Claims {
  // What was claimed before the file was last closed is nobody's: its versions do not come again.
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
   * Where to look for what nobody has: all that is due up to there is claimed. A backfill would pass over hundreds of
   * them for every few that it takes.
   */
  placeToLook(provider: number, now: number): DuePlace {
    const place = this.#looked.get(provider);
    if (place === undefined) return START;
    // Whose time is over is given to the next one.
    for (const { until } of this.of(provider).values()) if (until <= now) return START;
    return place;
  }

  noteLooked(provider: number, place: DuePlace): void {
    this.#looked.set(provider, place);
  }

  /** Something has become due, or stays so without a claim. */
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

  take(claim: Omit<Claim, "version" | "changedAt">): Claim {
    this.drop(this.find(claim.provider, claim.permit));
    const taken: Claim = { ...claim, version: ++this.#lastVersion, changedAt: null };
    this.#add(taken);
    return taken;
  }

  /** A claim that ends inside a transaction. */
  release(claim: Claim): void {
    this.drop(claim);
    this.#undo.add(() => this.#add(claim));
  }

  drop(claim: Claim | undefined): void {
    if (claim === undefined) return;
    this.#byVersion.delete(claim.version);
    this.#byProvider.get(claim.provider)?.delete(claim.permit);
  }

  /** Notes a change of a delivery, when somebody has it. */
  noteChange(claim: Claim | undefined, at: number): void {
    if (claim === undefined) return;
    const { changedAt, dueAt } = claim;
    claim.changedAt = Math.min(changedAt ?? at, at);
    claim.dueAt = Math.min(dueAt ?? at, at);
    this.#undo.add(() => Object.assign(claim, { changedAt, dueAt }));
  }

  /** Ends a claim at an instant at the latest. */
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
