import { randomInt } from "node:crypto";
import type { UndoLog } from "./undo-log.ts";

/** A delivery that somebody works on. Instants are milliseconds. */
export interface Claim {
  readonly version: number;
  readonly permit: number;
  readonly provider: number;
  readonly company: number;
  readonly until: number;
  /** Since when it counts as pending. */
  readonly since: number;
  /** When it was due, or has become so since; null: it was not. */
  dueAt: number | null;
  /** The first change since it was claimed. */
  changedAt: number | null;
  /** Numbers of the targets it is listed at, once this claim has written them. */
  targets: ReadonlySet<number> | undefined;
}

/**
 * Who works on what. A file has one process, so claims need not outlive it: they are kept in memory, and taking one
 * costs no write.
 */
export class Claims {
  // What was claimed before the file was last closed is nobody's: its versions do not come again.
  #lastVersion = randomInt(2 ** 47);
  readonly #byVersion = new Map<number, Claim>();
  readonly #byProvider = new Map<number, Map<number, Claim>>();
  readonly #undo: UndoLog;

  constructor(undo: UndoLog) {
    this.#undo = undo;
  }

  of(provider: number): ReadonlyMap<number, Claim> {
    return this.#byProvider.get(provider) ?? NONE;
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

  take(claim: Omit<Claim, "version" | "changedAt" | "targets">): Claim {
    this.drop(this.find(claim.provider, claim.permit));
    const taken: Claim = { ...claim, version: ++this.#lastVersion, changedAt: null, targets: undefined };
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

  noteTargets(claim: Claim, targets: ReadonlySet<number>): void {
    const before = claim.targets;
    claim.targets = targets;
    this.#undo.add(() => {
      claim.targets = before;
    });
  }

  #add(claim: Claim): void {
    this.#byVersion.set(claim.version, claim);
    const claims = this.#byProvider.get(claim.provider) ?? new Map<number, Claim>();
    this.#byProvider.set(claim.provider, claims.set(claim.permit, claim));
  }
}

const NONE: ReadonlyMap<number, Claim> = new Map();
