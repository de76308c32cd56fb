import type { Company, Location } from "../../core/directory/directory.ts";
import type { EnforcementProvider } from "../../core/provider.ts";
import type { MappingChangeKind, SetupParty } from "../../core/provider-setup.ts";
import type { ExistingIntegration, ReadyEmail } from "../readiness/readiness.ts";

/** Options of `planMappingChange`. */
export interface MappingChangeOptions {
  readonly provider: EnforcementProvider;
  /** As it is after the change. */
  readonly company: Company;
  /** As it was. Default: as it is after the change. */
  readonly companyBefore?: Company;
  /** The company's locations as they were. Empty: there were none. */
  readonly before: Iterable<Location>;
  /** The company's locations as they will be. */
  readonly after: Iterable<Location>;
  /** The host's other providers, to recognise a company that is connected to the same vendor through one of them. */
  readonly otherProviders?: readonly EnforcementProvider[];
}

/** What a change of the mapping asks for. Plain data; nothing was done. */
export interface MappingChangePlan {
  readonly providerId: string;
  readonly title: string;
  readonly companyId: string;
  /** The company is connected already, and needs no second integration. `null`: it is not. */
  readonly existing: ExistingIntegration | null;
  readonly changes: readonly LocationChange[];
  /** What is done on the vendor's side, in order. Empty when nothing changed. */
  readonly steps: readonly PlannedStep[];
  /** Registrations that are to move. Empty for a vendor that asks us: it keeps none. */
  readonly moves: readonly RegistrationMove[];
  /** In one sentence. */
  readonly summary: string;
}

/** What happens to one location. One that is renamed and has another target stands once, with both kinds. */
export interface LocationChange {
  readonly locationId: string;
  readonly name: string;
  readonly kinds: readonly MappingChangeKind[];
  /** Absent when the name stays. */
  readonly oldName?: string;
}

/** One step, its places filled. */
export interface PlannedStep {
  readonly id: string;
  readonly doneBy: SetupParty;
  /** The location that it is about. `null`: all that changed so. */
  readonly locationId: string | null;
  /** Characters that cannot be seen stand in it as code points. */
  readonly text: string;
  /** What is to be entered or pasted, to the letter, as it is. */
  readonly copy?: string;
  readonly email?: ReadyEmail;
}

/** Every registration of a location leaves one target for another: registered there first, then cancelled here. */
export interface RegistrationMove {
  readonly locationId: string;
  /** `null`: there was none, so permits are registered for the first time. */
  readonly from: string | null;
  /** `null`: there is none any more, so registrations are cancelled. */
  readonly to: string | null;
}
