import type { Company, Location } from "../../core/directory/directory.ts";
import type { EnforcementProvider } from "../../core/provider.ts";
import type { MappingChangeKind, SetupParty } from "../../core/provider-setup.ts";
import type { ExistingIntegration, ReadyEmail } from "../readiness/readiness.ts";

/** Options of `planMappingChange`. */
export interface MappingChangeOptions {
  readonly provider: EnforcementProvider;
  /** The company after the change. */
  readonly company: Company;
  /** The company before the change. Default: `company`. */
  readonly companyBefore?: Company;
  /** The company's locations before the change. Empty when there were none. */
  readonly before: Iterable<Location>;
  /** The company's locations after the change. */
  readonly after: Iterable<Location>;
  /** The host's other providers. One of the same vendor may already connect the company. Default: none. */
  readonly otherProviders?: readonly EnforcementProvider[];
}

/** The work that a change of the mapping needs. Plain data: `planMappingChange` changes nothing itself. */
export interface MappingChangePlan {
  readonly providerId: string;
  readonly title: string;
  readonly companyId: string;
  /** The company's present integration, which makes a second one unnecessary. `null` when it has none. */
  readonly existing: ExistingIntegration | null;
  readonly changes: readonly LocationChange[];
  /** The steps on the vendor's side, in order. Empty when nothing changes. */
  readonly steps: readonly PlannedStep[];
  /** The targets between which registrations move. Empty for a pull provider, whose vendor keeps no registrations. */
  readonly moves: readonly RegistrationMove[];
  /** The changes in one sentence. */
  readonly summary: string;
}

/** How one location changes. A location that is renamed and gets another target has both kinds. */
export interface LocationChange {
  readonly locationId: string;
  readonly name: string;
  readonly kinds: readonly MappingChangeKind[];
  /** Absent when the name stays. */
  readonly oldName?: string;
}

/** One step on the vendor's side, with its placeholders filled. */
export interface PlannedStep {
  readonly id: string;
  readonly doneBy: SetupParty;
  /** The location of the step. `null` for a step about all locations that change in this way. */
  readonly locationId: string | null;
  /** The instruction. Invisible characters are written as code points. */
  readonly text: string;
  /** The exact text to enter or paste. */
  readonly copy?: string;
  readonly email?: ReadyEmail;
}

/** A location's registrations move between targets: each is registered at `to` first, then cancelled at `from`. */
export interface RegistrationMove {
  readonly locationId: string;
  /** `null` when the location had no target: its permits are registered for the first time. */
  readonly from: string | null;
  /** `null` when the location has no target any more: its registrations are cancelled. */
  readonly to: string | null;
}
