import { inspect } from "node:util";
import type { EnforcementError } from "../../src/core/errors.ts";
import type { ProviderEvent } from "../../src/core/provider.ts";

/** Every text that a failure and its events can be printed as. */
export function everythingSaid(error: EnforcementError, events: readonly ProviderEvent[]): string {
  return [
    ...[error.message, error.stack, String(error.cause), String(error)],
    JSON.stringify(error),
    inspect(error, { depth: 10, showHidden: true, getters: true }),
    ...events.flatMap((event) => [JSON.stringify(event), inspect(event, { depth: 10, showHidden: true })]),
  ].join("\n");
}

/** The forms in which a text may leak: unchanged, in lower case, encoded, with separators, in base64. */
export function formsOf(text: string): string[] {
  const spaced = [...text].join("[^A-Za-z0-9]{0,3}");
  const plain = [text, text.toLowerCase(), encodeURIComponent(text), btoa(text), btoa(`Bearer ${text}`)];
  const escaped = plain.map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return /^[A-Z0-9]+$/.test(text) ? [...escaped, spaced] : escaped;
}

/** The texts that `said` contains, in any of their forms. */
export function leaksOf(said: string, texts: readonly string[]): string[] {
  return texts.filter((text) => formsOf(text).some((form) => new RegExp(form, "i").test(said)));
}
