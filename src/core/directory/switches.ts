import type { Company, Location } from "./directory.ts";

/** The entry of a provider, without what a host's object inherits: a provider may be called `constructor`. */
export function providerEntry<Entry>(
  providers: Readonly<Record<string, Entry>> | undefined,
  providerId: string,
): Entry | undefined {
  return providers !== undefined && Object.hasOwn(providers, providerId) ? providers[providerId] : undefined;
}

/** Whether the company has the provider switched on. */
export function isCompanyEnabled(company: Company, providerId: string): boolean {
  return providerEntry(company.providers, providerId)?.enabled === true;
}

/** Whether a provider is switched on for both the company and the location. */
export function isEnabled(company: Company, location: Location, providerId: string): boolean {
  return (
    isCompanyEnabled(company, providerId) && providerEntry(location.providers, providerId)?.enabled === true
  );
}
