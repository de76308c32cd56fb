import type { MaybePromise } from "../core/maybe-promise.ts";
import type { PushProvider } from "../core/provider.ts";
import {
  type Registration,
  type RegistrationInput,
  readRegistration,
} from "../core/registration/registration.ts";

/** A right as an officer sees it. */
export interface SeenRight {
  /** The canonical number. */
  readonly plateNumber: string;
  readonly target: string;
}

/** A provider, connected to a vendor that holds nothing yet. */
export interface ProviderUnderTest {
  readonly provider: PushProvider;
  /**
   * A registration that the vendor accepts: for a target that exists there, with a plate that has a region, and with
   * an end at least two days after its start.
   */
  readonly registration: RegistrationInput;
  /** Every secret that the provider was given. None of them may be printed. */
  readonly secrets?: readonly string[];
  /** What the vendor's officers see at an instant. Without it, only what the provider says is tested. */
  findRights?(at: Date): MaybePromise<readonly SeenRight[]>;
  /** Called after each test. */
  close?(): MaybePromise<void>;
}

/** A provider under test with its registration in the form in which sync sends it. */
export type ConformanceBench = Omit<ProviderUnderTest, "registration"> & {
  readonly registration: Registration;
};

export function toBench(given: ProviderUnderTest): ConformanceBench {
  const registration = readRegistration(given.registration);
  Object.freeze(registration.plate);
  return { ...given, registration: Object.freeze(registration) };
}
