import { type Plate, parsePlate } from "../../src/core/permit/plate.ts";
import type { RegistrationInput } from "../../src/core/registration/registration.ts";

/** The fixed instant of the tests' clocks. */
export const now = new Date("2026-09-15T12:00:00.000Z");

/** A registration as a host has it that gives it to a provider by hand. */
export interface HostRegistration extends RegistrationInput {
  readonly plate: Plate;
  readonly validFrom: Date;
  readonly validTo: Date | null;
}

/** A registration that is valid now; a test replaces the relevant parts. */
export function sampleRegistration(changes: Partial<HostRegistration> = {}): HostRegistration {
  return {
    companyId: "university",
    permitId: "P-1",
    locationId: "downtown",
    plate: parsePlate("GXK 204", { region: "NB" }),
    target: "11111111-1111-4111-8111-111111111111",
    validFrom: new Date("2026-09-01T03:00:00.000Z"),
    validTo: new Date("2026-12-31T04:00:00.000Z"),
    ...changes,
  };
}

/** Catches the EnforcementError of a call; fails when the call throws none. */
export async function failureOf(
  run: () => unknown,
): Promise<import("../../src/core/errors.ts").EnforcementError> {
  const { isEnforcementError } = await import("../../src/core/errors.ts");
  try {
    await run();
  } catch (thrown) {
    if (isEnforcementError(thrown)) return thrown;
    throw new Error(`Another error was thrown: ${String(thrown)}`);
  }
  throw new Error("Nothing was thrown.");
}
