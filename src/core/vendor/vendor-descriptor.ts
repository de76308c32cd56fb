import type { Clock } from "../clock.ts";
import type { Handheld, HandheldOptions } from "../lookup/handheld.ts";
import type { MappingInput, MappingReport } from "../mapping/mapping.ts";
import type { PullProvider, PushProvider } from "../provider.ts";
import type { ProviderSetup } from "../provider-setup.ts";
import type { MappingHints } from "./mapping-hints.ts";
import type { ReadVendorList, VendorList } from "./vendor-list.ts";

/**
 * All that sandbox server, testing, command line and docs know of a vendor. Each vendor's folder has one in `vendor.ts`,
 * and `src/vendors/list.ts` names them all. Hosts import none of it: a descriptor holds provider and sandbox at once.
 */
export type VendorDescriptor = PushVendor | PullVendor;

/** What a vendor is, whichever side asks. */
export interface VendorBasics<Name extends string = string> {
  /** The vendor's name: of its folder, its page and its entry, of `vendor` of its providers, and their default id. */
  readonly name: Name;
  /** As people call it for short. `setup.title` is the whole name. */
  readonly title: string;
  /** What the vendor's set-up asks for. */
  readonly setup: ProviderSetup;
  /** The vendor's list of what locations are mapped to. */
  readonly list: VendorList;
  /** Other keys of the vendor's section in a mapping file, and what kind of value each takes. */
  readonly settings: Readonly<Record<string, VendorSettingKind>>;
  /** Keys of `settings` without which the vendor cannot be called. */
  readonly neededSettings: readonly string[];
  /** What a new mapping file says of the vendor's keys. */
  readonly hints: MappingHints;
  /** The secrets that a provider needs. Empty for a provider that sends no requests. */
  readonly credentials: readonly VendorCredential[];
  /** Whether a company has a `code` at the vendor. Default false. */
  readonly hasCompanyCodes?: boolean;
  /** Whether targets can be compared with the vendor's list at all. Default: they can. */
  usesList?(settings: VendorSettings): boolean;
  /** What is known of the vendor, under the names that `validateMapping` takes. */
  toMappingOptions(facts: VendorFacts): Readonly<Record<string, unknown>>;
  /** Compares a mapping with what the vendor says. Pure; never throws for a bad mapping. */
  validateMapping(input: MappingInput): MappingReport;
}

/** A vendor to which permits are pushed. Its sandbox is a server. */
export interface PushVendor<
  Name extends string = string,
  // biome-ignore lint/suspicious/noExplicitAny: each vendor's options are its own; the list of vendors keeps them.
  Options extends VendorSandboxOptions = any,
  Sandbox extends VendorSandbox = VendorSandbox,
> extends VendorBasics<Name> {
  readonly delivery: "push";
  /**
   * Makes a provider. A setting or credential that is missing is made up: such a provider must not call the vendor.
   *
   * @throws EnforcementError `invalid_config` for a setting that is wrong
   */
  createProvider(providerId: string, connection: VendorConnection): PushProvider;
  readonly sandbox: {
    /** @throws EnforcementError when an option is unknown or wrong */
    create(options: Options): Sandbox;
    /** Options with which the sandbox has what a mapping points to. */
    toOptions(mapped: MappedVendor): Options;
    /** What a provider needs to call the sandbox, besides its `baseUrl`: settings and credentials by their keys. */
    toConnection(sandbox: Sandbox): SandboxConnection;
  };
}

/** A vendor that sends lookups to the host. Its sandbox is an officer's handheld. */
export interface PullVendor<Name extends string = string, DialectName extends string = string>
  extends VendorBasics<Name> {
  readonly delivery: "pull";
  /** The names of its dialects in mapping files and flags; the first one is the default. */
  readonly dialects: readonly VendorDialect<DialectName>[];
  /** @throws EnforcementError `invalid_config` for a setting that is wrong */
  createProvider(providerId: string, connection: VendorConnection): PullProvider;
  readonly sandbox: {
    /** @throws EnforcementError when an option is unknown or wrong */
    create(options: HandheldOptions<DialectName>): Handheld;
  };
}

/** A dialect by name. */
export interface VendorDialect<Name extends string = string> {
  readonly name: Name;
  /** Where its credentials travel: in a header, by any scheme, or in the message itself with a token beside them. */
  readonly credentials: "header" | "username-token";
}

/** A secret that a provider is made with. */
export interface VendorCredential {
  /** The option of the factory that takes it. */
  readonly key: string;
  /** The environment variable that holds it, unless the flag names another one. */
  readonly variable: string;
  /** The flag that names another environment variable. No two vendors have the same. */
  readonly flag: string;
  /** Whose secret it is: `HotSpot's token`. */
  readonly what: string;
  /** Whether the vendor cannot be called without it, or would be called otherwise than the settings say. Default: it cannot. */
  isNeeded?(settings: VendorSettings): boolean;
}

/** What kind of value a key takes. `names`: a list of texts that are compared. */
export type VendorSettingKind = "text" | "flag" | "names";

/** Settings by key. A key that is absent was not given. */
export type VendorSettings = Readonly<Record<string, VendorSetting | undefined>>;

export type VendorSetting = string | boolean | readonly string[];

/** What is known of a provider's vendor. */
export interface VendorFacts {
  /** Absent: not known. */
  readonly list?: ReadVendorList | undefined;
  readonly settings: VendorSettings;
}

/** What is known of a provider's vendor, and where the locations point to: each target once, with its first location's name. */
export interface MappedVendor extends VendorFacts {
  readonly targets: readonly { readonly target: string; readonly name: string }[];
}

/** What a provider is made with. */
export interface VendorConnection {
  readonly settings: VendorSettings;
  /** A credential by its key; `undefined` where it is not known. */
  credential(key: string): string | undefined;
}

/** What a provider needs to call a sandbox. */
export interface SandboxConnection {
  readonly settings: Readonly<Record<string, string>>;
  /** Absent ones are not wanted. */
  readonly credentials: Readonly<Record<string, string | undefined>>;
}

/** What the sandbox of every vendor that is pushed to takes. */
export interface VendorSandboxOptions {
  clock?: Clock;
  strict?: boolean;
}

/** The sandbox of a vendor that is pushed to. */
export interface VendorSandbox {
  /** Answers by the end of the path, so any prefix works. Takes what the global `fetch` takes. */
  fetch(input: Request | URL | string, init?: RequestInit): Promise<Response>;
  /** What a client did that only our reading of the vendor would refuse. */
  readonly warnings: readonly string[];
}
