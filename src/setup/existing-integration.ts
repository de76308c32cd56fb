import type { Company, Location } from "../core/directory/directory.ts";
import { isCompanyEnabled, isEnabled } from "../core/directory/switches.ts";
import { showName } from "../core/names/visible-name.ts";
import type { EnforcementProvider } from "../core/provider.ts";
import { companyPlaceholders, fillSentence } from "./fill-text.ts";
import type { ExistingIntegration } from "./readiness/readiness.ts";

const MAX_NAMES_SHOWN = 10;

/**
 * Finds an integration that the company has already: through this provider, when one of its locations is connected, or through
 * another provider of the same vendor. Its message advises to map the new locations instead of setting up a second integration.
 *
 * @param isConnected whether a location that is switched on is in use or has been tested
 */
export function findExistingIntegration(
  {
    provider,
    company,
    locations,
    otherProviders = [],
  }: {
    provider: EnforcementProvider;
    company: Company;
    locations: readonly Location[];
    otherProviders?: readonly EnforcementProvider[] | undefined;
  },
  isConnected: (location: Location) => boolean,
): ExistingIntegration | null {
  const { vendor } = provider;
  const other = otherProviders.find(
    ({ id, vendor: theirs }) =>
      id !== provider.id &&
      theirs === vendor &&
      locations.some((location) => isEnabled(company, location, id)),
  );
  const enabled = locations.filter((location) => isEnabled(company, location, provider.id));
  const connected = isCompanyEnabled(company, provider.id) ? enabled.filter(isConnected) : [];
  if (connected.length > 0) {
    return describe(provider, company, {
      connected,
      added: enabled.filter((one) => !connected.includes(one)),
    });
  }
  if (other === undefined) return null;
  const theirs = locations.filter((location) => isEnabled(company, location, other.id));
  return describe(other, company, {
    connected: theirs,
    added: enabled.filter((location) => !theirs.includes(location)),
    through: other.id,
  });
}

function describe(
  provider: EnforcementProvider,
  company: Company,
  { connected, added, through }: { connected: Location[]; added: Location[]; through?: string },
): ExistingIntegration {
  const { found, mapNew } = provider.setup.existingIntegration;
  const places = companyPlaceholders(provider, company);
  const tell = (text: string) => fillSentence(text, places) ?? text;
  const names = added.slice(0, MAX_NAMES_SHOWN).map(({ name }) => `"${showName(name)}"`);
  const more = added.length > MAX_NAMES_SHOWN ? ` and ${added.length - MAX_NAMES_SHOWN} more` : "";
  return {
    providerId: provider.id,
    connectedLocationIds: connected.map(({ id }) => id),
    newLocationIds: added.map(({ id }) => id),
    message: [
      tell(found),
      ...(through === undefined ? [] : [`It goes through the provider "${showName(through)}".`]),
      ...(names.length === 0 ? [] : [`${tell(mapNew)} New: ${names.join(", ")}${more}.`]),
    ].join(" "),
  };
}
