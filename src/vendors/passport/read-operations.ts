import { readRecord, readText } from "../../core/fields.ts";
import { readSignal } from "../../core/options.ts";
import { readPlate } from "../../core/permit/plate.ts";
import type { PushProvider, RegistrationPage } from "../../core/provider.ts";
import { inOperation } from "../../core/registration/outcome.ts";
import type { HttpClient } from "../../http/client.ts";
import type { ReadBack } from "./read-back.ts";
import { requireZone, type ZoneCatalogue } from "./zones.ts";

type ReadOperations = Required<Pick<PushProvider, "find" | "listRegistrations">>;

/** Finds a plate in a zone, and lists a zone. Each page is an operation of its own, with its own deadline and retries. */
export function createReadOperations(
  http: HttpClient,
  options: { providerId: string; zones: ZoneCatalogue; readBack: ReadBack },
): ReadOperations {
  const { providerId, zones, readBack } = options;

  const find: ReadOperations["find"] = async (query) => {
    const operation = "find";
    const { plate, target, signal } = inOperation({ providerId, operation }, () => {
      const given = readRecord(query, "query", ["plate", "target", "signal"]);
      return {
        plate: readPlate(given["plate"], "query.plate"),
        target: readText(given["target"], "query.target"),
        signal: readSignal(given["signal"], "query.signal"),
      };
    });
    return http.perform({ operation, signal, plateNumbers: [plate.number] }, async (attempt) => {
      const zone = requireZone(await zones.resolve(attempt, target), "query.target");
      return readBack.find(attempt, { zone, plate });
    });
  };

  async function* listRegistrations(query: {
    target: string;
    signal?: AbortSignal;
  }): AsyncGenerator<RegistrationPage, void> {
    const operation = "listRegistrations";
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
      // A list whose pages form a circle never ends.
      const circular = page.next !== undefined && visited.has(page.next.href);
      if (page.next !== undefined) visited.add(page.next.href);
      whole &&= page.whole && !circular;
      url = circular ? undefined : page.next;
      const last = whole ? "complete" : "incomplete";
      yield { registrations: page.registrations, end: url === undefined ? last : "more" };
    } while (url !== undefined);
  }

  return { find, listRegistrations };
}
