import type { Company, Location } from "../core/directory/directory.ts";
import { providerEntry } from "../core/directory/switches.ts";
import { showName } from "../core/names/visible-name.ts";
import type { EnforcementProvider } from "../core/provider.ts";
import type { SetupEmail } from "../core/provider-setup.ts";
import type { ReadyEmail } from "./readiness/readiness.ts";

/** What the places of a text stand for. A key that is absent or `undefined`: there is nothing to put there. */
export type TextPlaces = Readonly<Record<string, string | undefined>>;

/** The text with its places filled, to the letter; `undefined` when there is nothing for one of them. */
export function fillText(text: string, places: TextPlaces): string | undefined {
  let isWhole = true;
  const filled = text.replace(/\{([A-Za-z]+)\}/g, (_, key: string) => {
    const value = Object.hasOwn(places, key) ? places[key] : undefined;
    isWhole &&= value !== undefined;
    return value ?? "";
  });
  return isWhole ? filled : undefined;
}

/** {@link fillText} for a sentence that a person reads: what cannot be seen is shown. */
export function fillSentence(text: string, places: TextPlaces): string | undefined {
  const visible = Object.entries(places).map(([key, value]) => [
    key,
    value === undefined ? undefined : showName(value),
  ]);
  return fillText(text, Object.fromEntries(visible));
}

/** An e-mail with its places filled, to the letter: what stands in it is to be copied. */
export function fillEmail({ to, subject, body }: SetupEmail, places: TextPlaces): ReadyEmail {
  return { to, subject: fillText(subject, places) ?? subject, body: fillText(body, places) ?? body };
}

/** What may stand in every text about a provider and a company. */
export function placesOf(
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

/** `{list}` and `{names}`. A location without a target has nothing after its colon. */
export function placesOfAll(
  locations: readonly Location[],
  targetOf: (location: Location) => string | undefined,
): Record<string, string | undefined> {
  return {
    list: locations.map((location) => `- ${location.name}: ${targetOf(location) ?? ""}`.trimEnd()).join("\n"),
    names: locations.map(({ name }) => `- ${name}`).join("\n"),
  };
}

/** What the vendor calls a location: a vendor that asks us finds it by its name where it has no target. */
export function targetAt(location: Location, provider: EnforcementProvider): string | undefined {
  const target = providerEntry(location.providers, provider.id)?.target;
  return target ?? (provider.delivery === "pull" ? location.name : undefined);
}
