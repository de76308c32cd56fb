import { referenceOf } from "../../core/registration/identity.ts";
import type { Registration } from "../../core/registration/registration.ts";

/** A registration with its generation and reference. */
export interface NextReference {
  /** Its reference in generation 0, which tells whether the registration was used before. */
  readonly identity: string;
  readonly reference: string;
  readonly registration: Registration;
  /** Whether the registration was used before. */
  readonly isRepeated: boolean;
}

/** The reference of a new right: that of generation 0, or of the first generation that was never used. */
export function nextReference(
  registration: Registration,
  known: { providerId: string; used: ReadonlySet<string>; generation: number; erased: boolean },
): NextReference {
  const first = registration.generation === 0 ? registration : { ...registration, generation: 0 };
  const identity = referenceOf(known.providerId, first);
  const isRepeated = known.erased || known.used.has(identity);
  if (!isRepeated) return { identity, reference: identity, registration: first, isRepeated };
  const next = { ...registration, generation: known.generation + 1 };
  return { identity, reference: referenceOf(known.providerId, next), registration: next, isRepeated };
}
