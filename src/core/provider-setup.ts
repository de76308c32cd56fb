import type { MappingIssueCode } from "./mapping/mapping.ts";

/**
 * A vendor's set-up as data, in the vendor's words: what its guide requires, and what somebody does on the vendor's
 * side when the mapping changes.
 *
 * Texts may hold places to fill: `{company}`, `{plate}`, `{endpoint}` (the lookup's URL); of one location `{location}`
 * (its name), `{target}`, `{oldLocation}`, `{oldTarget}`, `{zoneName}` (where it has one) and `{zone}` (its zone's name,
 * or else its own); of several `{list}` (a line for each: `- Lot A: 14283`) and `{names}` (a line for each:
 * `- Lot A`). A step whose text speaks of something that a location does not have is left out for it.
 */
export interface ProviderSetup {
  /** The vendor's product as people call it: `T2 Flex`. */
  readonly title: string;
  /** What the vendor calls a target: `Mobile Payment Station`, `zone`, `SpotID`. */
  readonly targetName: string;
  /** The plate of the go-live test. */
  readonly testPlate: string;
  /** With how many locations to go live first. */
  readonly goLive: { readonly least: number; readonly most: number };
  /** In the order in which they are met. */
  readonly requirements: readonly SetupRequirement[];
  /** For somebody who is about to set up a second integration for a company that has one. */
  readonly existingIntegration: {
    /** That there is one. */
    readonly found: string;
    /** What to do with new locations instead. */
    readonly mapNew: string;
  };
  /** What somebody does on the vendor's side after locations were added, renamed, moved or removed, in order. */
  readonly mappingChangeSteps: readonly MappingChangeStep[];
}

/** Who does or provides something: the customer, whoever runs this package, or the vendor's own staff. */
export type SetupParty = "operator" | "offstreet" | "vendor";

/** One thing that must be there before a vendor's integration works. */
export interface SetupRequirement {
  /** A name for programs, unique within the vendor: `operator-id`. */
  readonly id: string;
  readonly item: string;
  readonly providedBy: SetupParty;
  /** What it is, and what it is for. */
  readonly detail: string;
  /** What to do as long as it is missing. */
  readonly next: string;
  /** How a program tells whether it is there: when all of these pass. */
  readonly checks: readonly SetupCheck[];
  /** Ids of requirements that must be met first. Until then this one is blocked. */
  readonly after?: readonly string[];
  /** Whether permits can appear without it. Default false. */
  readonly optional?: boolean;
  /** A text to ask for it with. */
  readonly email?: SetupEmail;
}

/**
 * How a program tells whether a requirement is met.
 *
 * | by | passes when |
 * |---|---|
 * | `credentials` | the vendor knows who we are, even where it refuses what we ask for (403) |
 * | `connection` | the vendor can be reached and lets us in |
 * | `vendor_list` | the vendor's own list of targets is there, complete and not empty |
 * | `mapping` | the mapping has no such issue |
 * | `endpoint` | our endpoint speaks the wire format, be it to refuse whoever asks |
 * | `lookup` | our endpoint answers a lookup for an unknown plate with its own credentials |
 * | `lookup_refusal` | our endpoint refuses wrong credentials |
 * | `switches` | the provider is on for the company and for at least one location |
 * | `go_live_locations` | as many locations as to go live with are at stage `testing` or `live` |
 * | `test_plate` | the test plate was seen at as many locations as to go live with, as they are mapped now |
 * | `person` | somebody has confirmed it: no program can know |
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
      /** Whether no issue means nothing without a complete list from the vendor. Default true. */
      readonly needsList?: boolean;
      /** The key that the entries of that list must have before no issue means anything. */
      readonly needsKey?: string;
      /** Another list of the vendor's that tells as much, with or without that one: `zones`. */
      readonly orList?: string;
    };

/** A text to send, with places to fill. */
export interface SetupEmail {
  readonly to: SetupParty;
  readonly subject: string;
  readonly body: string;
}

/** What happened to a location, as far as one provider is concerned. */
export type MappingChangeKind =
  /** It takes part now and did not before. */
  | "added"
  /** It took part before and does not now. */
  | "removed"
  /** Its name is another one. */
  | "renamed"
  /** Its target is another one. */
  | "retargeted"
  /** Its zone's name is another one. */
  | "zone_renamed";

/** Something that somebody does after a mapping change. */
export interface MappingChangeStep {
  /** A name for programs, unique within the vendor: `create-station`. */
  readonly id: string;
  readonly doneBy: SetupParty;
  /** The changes that call for it. */
  readonly when: readonly MappingChangeKind[];
  /** Once for each location that changed so, or once for all of them. */
  readonly repeat: "each" | "once";
  readonly text: string;
  /** What is to be entered or pasted, to the letter. */
  readonly copy?: string;
  readonly email?: SetupEmail;
}
