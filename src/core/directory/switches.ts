import type { Company, Location } from "./directory.ts";

/** The entry of one provider in `providers`, also when a host's object has a prototype. */
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

/** Whether a provider is switched on at both levels. One of them alone is not enough. */
export function isEnabled(company: Company, location: Location, providerId: string): boolean {
  return (
    isCompanyEnabled(company, providerId) && providerEntry(location.providers, providerId)?.enabled === true
  );
}
