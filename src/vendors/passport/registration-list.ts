import { readRecord, readText } from "../../core/fields.ts";
import type { RegistrationPage } from "../../core/provider.ts";
import { readSignal } from "../../core/registration/operation-options.ts";
import { inOperation } from "../../core/registration/outcome.ts";
import type { HttpClient } from "../../http/client.ts";
import type { ReadBack } from "./read-back.ts";
import { requireZone, type ZoneCatalogue } from "./zones.ts";

const operation = "listRegistrations";

/** Lists what is shown in a zone. Each page is an operation of its own, with its own deadline and repeats. */
export function createRegistrationList(
  http: HttpClient,
  options: { providerId: string; zones: ZoneCatalogue; readBack: ReadBack },
) {
  const { providerId, zones, readBack } = options;

  return async function* listRegistrations(query: {
    target: string;
    signal?: AbortSignal;
  }): AsyncGenerator<RegistrationPage, void> {
    const { target, signal } = inOperation({ providerId, operation }, () => {
      const given = readRecord(query, "query", ["target", "signal"]);
      return {
        target: readText(given["target"], "query.target"),
        signal: readSignal(given["signal"], "query.signal"),
      };
    });
    const visited = new Set<string>();
    let whole = true;
    let url: URL | undefined;
    do {
      const page = await http.perform({ operation, signal }, async (attempt) => {
        const zone = requireZone(await zones.resolve(attempt, target), "query.target");
        return readBack.list(attempt, { zone, url });
      });
      // A list that goes round in circles has no end that we could know of.
      const circular = page.next !== undefined && visited.has(page.next.href);
      if (page.next !== undefined) visited.add(page.next.href);
      whole &&= page.whole && !circular;
      url = circular ? undefined : page.next;
      const last = whole ? "complete" : "incomplete";
      yield { registrations: page.registrations, end: url === undefined ? last : "more" };
    } while (url !== undefined);
  };
}
