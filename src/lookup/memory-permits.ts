import { fieldError, readList } from "../core/fields.ts";
import { type FindPermits, markChecked } from "../core/lookup/find-permits.ts";
import { contentOf, freezePermit, type Permit, type PermitInput, readPermit } from "../core/permit/permit.ts";
import { PlateIndex } from "../core/permit/plate-index.ts";

/** A permit source in memory. */
export interface MemoryPermits {
  /** The option `findPermits` of `createPermitLookupHandler`. It needs no `this`. */
  readonly findPermits: FindPermits;
  /**
   * Adds a permit, or replaces the one with its id.
   *
   * @returns `false` when nothing changed: the revision is older, or the permit is the same
   * @throws EnforcementError `invalid_input` when the permit is malformed, or differs from the present one under the same
   * revision
   */
  set(permit: PermitInput): boolean;
  /**
   * Removes a permit.
   *
   * @returns `false` when no permit has this id
   */
  remove(permitId: string): boolean;
  /** How many permits are held. Permits that have ended count too. */
  readonly size: number;
}

/**
 * Creates a permit source in memory, indexed by company and plate number. It copies the permits. Permit ids are unique across
 * companies. Ended permits stay until the host removes them.
 *
 * @throws EnforcementError `invalid_input` that names the entry, in the same cases as `set`
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
