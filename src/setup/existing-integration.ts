import type { Company, Location } from "../core/directory/directory.ts";
import { isCompanyEnabled, isEnabled } from "../core/directory/switches.ts";
import { showName } from "../core/names/visible-name.ts";
import type { EnforcementProvider } from "../core/provider.ts";
import { fillSentence, placesOf } from "./fill-text.ts";
import type { ExistingIntegration } from "./readiness/readiness.ts";

const MOST_NAMES = 10;

/**
 * The integration that a company has: through this provider, where a location is connected, or through another one of
 * the same vendor. Somebody who is about to set up a second one is told to map the new locations instead.
 *
 * @param isConnected whether a location that is switched on is in use or tested
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
  const places = placesOf(provider, company);
  const tell = (text: string) => fillSentence(text, places) ?? text;
  const names = added.slice(0, MOST_NAMES).map(({ name }) => `"${showName(name)}"`);
  const more = added.length > MOST_NAMES ? ` and ${added.length - MOST_NAMES} more` : "";
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
