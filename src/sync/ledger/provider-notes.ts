import type { RegistrationState } from "./delivery.ts";

// What a ledger keeps of providers, for explanations. None of it names a plate or a permit.

/** The most outages that a ledger keeps of one provider. */
export const MAX_OUTAGES = 20;

/** The most rights of one target that a reading of the vendor's list may leave in question. */
export const MAX_UNSEEN = 1_000;

/** A time in which a provider's breaker was not closed. */
export interface Outage {
  readonly downSince: Date;
  /** The code of the error that opened the breaker. */
  readonly code: string;
  /** Null: the vendor is down, as far as the ledger was told. */
  readonly upAt: Date | null;
}

/** A provider's breaker opened or closed. */
export interface OutageChange {
  readonly providerId: string;
  readonly at: Date;
  /** The code of the error that opened the breaker; null: it closed. */
  readonly code: string | null;
}

/** The last complete reading of what a vendor lists at one target. */
export interface ReadBack {
  /** When the reading began. */
  readonly at: Date;
  /** The short references of rights that the list did not show, or showed with another end than the acknowledged one. */
  readonly unseen: readonly string[];
}

export interface ReadBackNote {
  readonly providerId: string;
  /** The target, and every other name that the ledger may use for it. */
  readonly targets: readonly string[];
  /** Null: forget the last one, because more than 1,000 rights were not seen. */
  readonly readBack: ReadBack | null;
}

/** The end of a reference, which is no personal data: two rights of a target share it once in four billion pairs. */
export function shortReferenceOf({ reference }: Pick<RegistrationState, "reference">): string {
  return reference.slice(-8);
}

/** The outages after a change: see `Ledger.noteOutage`. */
export function withOutageChange(outages: readonly Outage[], { at, code }: OutageChange): readonly Outage[] {
  const last = outages.at(-1);
  const isDown = last !== undefined && last.upAt === null;
  if (isDown === (code !== null)) return outages;
  if (code !== null) return [...outages, { downSince: at, code, upAt: null }].slice(-MAX_OUTAGES);
  if (!isDown) return outages;
  return [...outages.slice(0, -1), { ...last, upAt: at < last.downSince ? last.downSince : at }];
}
