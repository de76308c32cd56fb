import type { MappingIssueCode } from "./mapping/mapping.ts";

/**
 * A vendor's set-up as data, in the vendor's terms: the requirements of its guide, and the steps on the vendor's side when the
 * mapping changes.
 *
 * Texts may have placeholders: `{company}`, `{plate}`, `{endpoint}` (the lookup's URL); for one location `{location}` (its
 * name), `{target}`, `{oldLocation}`, `{oldTarget}`, `{zoneName}` (if it has one) and `{zone}` (its zone's name, or else its
 * own); for several locations `{list}` (lines such as `- Lot A: 14283`) and `{names}` (lines such as `- Lot A`). A step with a
 * placeholder that has no value for a location is skipped for it.
 */
export interface ProviderSetup {
  /** The name of the vendor's product: `T2 Flex`. */
  readonly title: string;
  /** The vendor's word for a target: `Mobile Payment Station`, `zone`, `SpotID`. */
  readonly targetName: string;
  /** The plate of the go-live test. */
  readonly testPlate: string;
  /** How many locations go live first. */
  readonly goLive: { readonly least: number; readonly most: number };
  /** The requirements, in the order in which they are met. */
  readonly requirements: readonly SetupRequirement[];
  /** Advice for an operator who is about to set up a second integration for a company. */
  readonly existingIntegration: {
    /** Says that the company has an integration. */
    readonly found: string;
    /** Says what to do with new locations instead. */
    readonly mapNew: string;
  };
  /** The steps on the vendor's side after locations were added, renamed, moved or removed, in order. */
  readonly mappingChangeSteps: readonly MappingChangeStep[];
}

/** Who does a step or provides an item: the customer (`operator`), the host of this package (`offstreet`), or the vendor. */
export type SetupParty = "operator" | "offstreet" | "vendor";

/** One item that a vendor's integration needs. */
export interface SetupRequirement {
  /** A name for programs, unique within the vendor: `operator-id`. */
  readonly id: string;
  readonly item: string;
  readonly providedBy: SetupParty;
  /** What the item is, and its purpose. */
  readonly detail: string;
  /** The next step while the item is missing. */
  readonly next: string;
  /** The checks of the item. It is there when all of them pass. */
  readonly checks: readonly SetupCheck[];
  /** Ids of requirements that must be met first. Until then this one is blocked. */
  readonly after?: readonly string[];
  /** Whether permits can appear without it. Default false. */
  readonly optional?: boolean;
  /** An e-mail that asks for the item. */
  readonly email?: SetupEmail;
}

/**
 * A check of a requirement.
 *
 * | by | passes when |
 * |---|---|
 * | `credentials` | the vendor recognises the credentials, even when it refuses the request (403) |
 * | `connection` | the vendor can be reached and accepts the credentials |
 * | `vendor_list` | the vendor's own list of targets is complete and not empty |
 * | `mapping` | the mapping has none of the issues in `codes` |
 * | `endpoint` | the host's endpoint replies in the wire format, even with a refusal |
 * | `lookup` | the host's endpoint answers a lookup for an unknown plate with its own credentials |
 * | `lookup_refusal` | the host's endpoint refuses wrong credentials |
 * | `switches` | the provider is on for the company and for at least one location |
 * | `go_live_locations` | enough locations to go live are at stage `testing` or `live` |
 * | `test_plate` | the test plate was seen at enough locations to go live, at their present targets |
 * | `person` | a person has confirmed it, because no program can check it |
 */
export type SetupCheck =
  | {
      readonly by:
        | "credentials"
        | "connection"
        | "vendor_list"
        | "endpoint"
        | "lookup"
        | "lookup_refusal"
        | "switches"
        | "go_live_locations"
        | "test_plate"
        | "person";
    }
  | {
      readonly by: "mapping";
      readonly codes: readonly MappingIssueCode[];
      /** Whether the check needs a complete list from the vendor. Default true. */
      readonly needsList?: boolean;
      /** A key that the entries of that list must have for the check to pass. */
      readonly needsKey?: string;
      /** Another list of the vendor that is enough for the check: `zones`. */
      readonly orList?: string;
    };

/** An e-mail with placeholders. */
export interface SetupEmail {
  readonly to: SetupParty;
  readonly subject: string;
  readonly body: string;
}

/** How a location changes for one provider. */
export type MappingChangeKind =
  /** It is switched on now and was not before. */
  | "added"
  /** It was switched on before and is not now. */
  | "removed"
  /** Its name changes. */
  | "renamed"
  /** Its target changes. */
  | "retargeted"
  /** Its zone's name changes. */
  | "zone_renamed";

/** A step on the vendor's side after a mapping change. */
export interface MappingChangeStep {
  /** A name for programs, unique within the vendor: `create-station`. */
  readonly id: string;
  readonly doneBy: SetupParty;
  /** The changes that need this step. */
  readonly when: readonly MappingChangeKind[];
  /** Once for each location that changes in this way, or once for all of them. */
  readonly repeat: "each" | "once";
  readonly text: string;
  /** The exact text to enter or paste. */
  readonly copy?: string;
  readonly email?: SetupEmail;
}
