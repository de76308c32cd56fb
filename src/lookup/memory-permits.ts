import { fieldError, readList } from "../core/fields.ts";
import { type FindPermits, markChecked } from "../core/lookup/find-permits.ts";
import { type Permit, type PermitInput, readPermit } from "../core/permit/permit.ts";
import { contentOf, freezePermit } from "../core/permit/permit-content.ts";
import { PlateIndex } from "../core/permit/plate-index.ts";

/** Permits held in memory. */
export interface MemoryPermits {
  /** For `createPermitLookupHandler`. It can be passed on its own. */
  readonly findPermits: FindPermits;
  /**
   * Takes a permit over in place of the one with its id.
   *
   * @returns false when nothing changed: an older revision, or the same one again
   * @throws EnforcementError `invalid_input` when it is malformed, or is another permit under the same revision
   */
  set(permit: PermitInput): boolean;
  /** @returns false when there was none with this id */
  remove(permitId: string): boolean;
  /** How many permits there are, whatever their validity. */
  readonly size: number;
}

/**
 * Holds permits in memory, indexed by company and plate number. It copies what it is given. Permit ids are unique
 * across companies. Nothing is forgotten by itself: remove permits that have ended.
 *
 * @throws EnforcementError `invalid_input` naming the entry, as `set` does
 */
export function memoryPermits(permits: readonly PermitInput[]): MemoryPermits {
  const permitById = new Map<string, Permit>();
  const byPlate = new PlateIndex();

  function set(value: unknown, field: string): boolean {
    const permit = freezePermit(readPermit(value, field));
    const present = permitById.get(permit.id);
    if (present !== undefined) {
      if (permit.revision < present.revision) return false;
      if (permit.revision === present.revision) {
        if (contentOf(permit) === contentOf(present)) return false;
        throw fieldError(
          `${field}.revision`,
          "is that of another permit with this id; a change needs a higher one.",
        );
      }
      byPlate.remove(present);
    }
    permitById.set(permit.id, permit);
    byPlate.add(permit);
    return true;
  }

  for (const [position, permit] of readList(permits, "permits").entries())
    set(permit, `permits[${position}]`);

  return {
    findPermits: markChecked(({ companyId, plateNumbers }) => byPlate.find(companyId, plateNumbers)),
    set: (permit) => set(permit, "permit"),
    remove(permitId) {
      const present = permitById.get(permitId);
      if (present === undefined) return false;
      byPlate.remove(present);
      return permitById.delete(permitId);
    },
    get size() {
      return permitById.size;
    },
  };
}
