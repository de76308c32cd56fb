import { referenceOfStored } from "../../core/registration/identity.ts";
import type { StoredRegistration } from "../../core/registration/registration.ts";

/** A registration that has got its generation. */
export interface NextReference {
  /** Its reference in generation 0, by which it is known whether it was used before. */
  readonly identity: string;
  readonly reference: string;
  readonly registration: StoredRegistration;
  /** Whether it was used before. */
  readonly isRepeated: boolean;
}

/** The reference under which a registration is taken up: its first, or one of a generation that nothing ever had. */
export function nextReference(
  registration: StoredRegistration,
  known: { providerId: string; used: ReadonlySet<string>; generation: number; erased: boolean },
): NextReference {
  const first = registration.generation === 0 ? registration : { ...registration, generation: 0 };
  const identity = referenceOfStored(known.providerId, first);
  const isRepeated = known.erased || known.used.has(identity);
  if (!isRepeated) return { identity, reference: identity, registration: first, isRepeated };
  const next = { ...registration, generation: known.generation + 1 };
  return { identity, reference: referenceOfStored(known.providerId, next), registration: next, isRepeated };
}
