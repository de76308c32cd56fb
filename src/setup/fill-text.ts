import type { Company, Location } from "../core/directory/directory.ts";
import { providerEntry } from "../core/directory/switches.ts";
import { showName } from "../core/names/visible-name.ts";
import type { EnforcementProvider } from "../core/provider.ts";
import type { SetupEmail } from "../core/provider-setup.ts";
import type { ReadyEmail } from "./readiness/readiness.ts";

/** The values of a text's placeholders, such as `{company}`. An absent key and `undefined` mean that there is no value. */
export type Placeholders = Readonly<Record<string, string | undefined>>;

/** Replaces the placeholders of a text by their exact values. `undefined` when one of them has no value. */
export function fillText(text: string, places: Placeholders): string | undefined {
  let isWhole = true;
  const filled = text.replace(/\{([A-Za-z]+)\}/g, (_, key: string) => {
    const value = Object.hasOwn(places, key) ? places[key] : undefined;
    isWhole &&= value !== undefined;
    return value ?? "";
  });
  return isWhole ? filled : undefined;
}

/** {@link fillText} for a sentence that a person reads: invisible characters in the values are written as code points. */
export function fillSentence(text: string, places: Placeholders): string | undefined {
  const visible = Object.entries(places).map(([key, value]) => [
    key,
    value === undefined ? undefined : showName(value),
  ]);
  return fillText(text, Object.fromEntries(visible));
}

/** Fills the placeholders of an e-mail with their exact values, because the vendor copies them from it. */
export function fillEmail({ to, subject, body }: SetupEmail, places: Placeholders): ReadyEmail {
  return { to, subject: fillText(subject, places) ?? subject, body: fillText(body, places) ?? body };
}

/** The placeholders that every text may use: `{company}`, `{plate}` and `{endpoint}`. */
export function companyPlaceholders(
  provider: EnforcementProvider,
  company: Company,
  endpoint?: string,
): Record<string, string | undefined> {
  return {
    company: company.name,
    plate: provider.setup.testPlate,
    endpoint: endpoint ?? "(follows separately)",
  };
}

/** The placeholders `{list}` (names with targets) and `{names}`. In `{list}` a location without a target ends at its colon. */
export function listPlaceholders(
  locations: readonly Location[],
  provider: EnforcementProvider,
): Record<string, string | undefined> {
  return {
    list: locations
      .map((location) => `- ${location.name}: ${targetAt(location, provider) ?? ""}`.trimEnd())
      .join("\n"),
    names: locations.map(({ name }) => `- ${name}`).join("\n"),
  };
}

/** The vendor's name for a location: its target, or for a pull provider its name when it has no target. */
export function targetAt(location: Location, provider: EnforcementProvider): string | undefined {
  const target = providerEntry(location.providers, provider.id)?.target;
  return target ?? (provider.delivery === "pull" ? location.name : undefined);
}
