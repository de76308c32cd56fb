import { EnforcementError, isEnforcementError } from "../core/errors.ts";
import type { EnforcementProvider } from "../core/provider.ts";
import type { ParsedFlags, Terminal } from "./command.ts";
import { readCredential } from "./credentials.ts";
import type { MappedProvider } from "./input/mapped-providers.ts";
import { enumerate } from "./report/words.ts";
import { UnusableInput } from "./unusable-input.ts";

/** A provider that was made from a mapping file and the environment. */
export interface ConnectedProvider extends MappedProvider {
  readonly provider: EnforcementProvider;
  /** What must be given before the vendor can be called, in words. Empty: nothing. */
  readonly missing: readonly string[];
}

/**
 * Makes the providers of a mapping file. One that lacks a setting or a credential is made as well; its
 * calls fail with what it lacks and send nothing.
 *
 * @throws UnusableInput when two of one vendor are chosen: the credentials would be the same for both; and when a setting or a
 * credential is malformed
 */
export function connectProviders(
  providers: readonly MappedProvider[],
  options: { flags: ParsedFlags; terminal: Terminal },
): ConnectedProvider[] {
  const vendors = providers.map(({ vendor }) => vendor.name);
  const repeated = vendors.find((vendor, index) => vendors.indexOf(vendor) !== index);
  if (repeated !== undefined) {
    const ids = providers
      .filter(({ vendor }) => vendor.name === repeated)
      .map(({ providerId }) => providerId);
    throw new UnusableInput(
      `${ids.join(" and ")} are of one vendor and have credentials of their own: choose one with --vendor.`,
    );
  }
  return providers.map((mapped) => {
    const { providerId, vendor, facts } = mapped;
    const credentials = new Map(
      vendor.credentials.map((credential) => [credential.key, readCredential(credential, options)]),
    );
    const missing = [
      ...vendor.neededSettings
        .filter((key) => facts.settings[key] === undefined)
        .map((key) => `vendors.${providerId}.${key} in the mapping file`),
      ...vendor.credentials
        .filter(({ isNeeded }) => isNeeded?.(facts.settings) !== false)
        .filter(({ key }) => credentials.get(key) === undefined)
        .map(({ variable }) => `the environment variable ${variable}`),
    ];
    const provider = createProvider(mapped, (key) => credentials.get(key));
    return { ...mapped, missing, provider: missing.length === 0 ? provider : disconnect(provider, missing) };
  });
}

/** @throws UnusableInput naming the provider and the setting, where the library names its function */
function createProvider(
  { providerId, vendor, facts: { settings } }: MappedProvider,
  credential: (key: string) => string | undefined,
): EnforcementProvider {
  try {
    return vendor.createProvider(providerId, { settings, credential });
  } catch (thrown) {
    const [, problem] =
      /^create\w+Provider: (.*)$/s.exec(isEnforcementError(thrown) ? thrown.message : "") ?? [];
    throw problem === undefined ? thrown : new UnusableInput(`${providerId}: ${problem}`);
  }
}

/**
 * The provider with a connection check that names what is missing. Nothing else calls the vendor then: readiness asks no further
 * after that check, and test-plate refuses a provider that lacks something.
 */
function disconnect(provider: EnforcementProvider, missing: readonly string[]): EnforcementProvider {
  const fail = async (): Promise<never> => {
    const message = `The vendor was not asked: ${enumerate(missing)} ${missing.length === 1 ? "is" : "are"} missing.`;
    throw new EnforcementError("invalid_config", message, { providerId: provider.id, attempts: 0 });
  };
  return { ...provider, checkConnection: fail };
}
