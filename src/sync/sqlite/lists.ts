import type { DeliveryId } from "../ledger/delivery.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Reader } from "./reader.ts";

type Lists = Pick<Ledger, "listCompanies" | "listFailures" | "listUnmapped" | "listAt" | "listTargets">;

/**
 * The ledger's lists, page by page. No statement stays open between two pages, so each page shows the state at its
 * reading, and other work of the thread can run between them.
 */
export function createLists(read: <Rows>(use: (reader: Reader) => Rows) => Rows): Lists {
  return {
    async *listCompanies() {
      yield* walk(
        "",
        (after: string) => read((reader) => reader.pageOfCompanies(after)),
        (id) => id,
      );
    },
    async *listTargets(providerId) {
      const readPage = (after: string) => read((reader) => reader.pageOfTargets(providerId, after));
      yield* walk("", readPage, (name) => name);
    },
    async *listUnmapped(providerId) {
      const readPage = (after: number) => read((reader) => reader.pageOfUnmapped(providerId, after));
      for await (const listed of walk(0, readPage, ({ ref }) => ref)) {
        yield { ...toId(listed), locationIds: listed.delivery.unmapped };
      }
    },
    async *listAt(providerId, target) {
      const readPage = (after: number) => read((reader) => reader.pageAt(providerId, target, after));
      for await (const listed of walk(0, readPage, ({ ref }) => ref)) {
        yield { ...toId(listed), delivery: listed.delivery };
      }
    },
    async *listFailures(providerId) {
      type Place = Parameters<Reader["pageOfFailures"]>[1];
      const readPage = (after: Place) => read((reader) => reader.pageOfFailures(providerId, after));
      for await (const { failure } of walk(undefined as Place, readPage, ({ row }) => row)) {
        if (failure !== undefined) yield failure;
      }
    },
  };
}

/** Yields every row, a page at a time. An empty page ends the list. */
async function* walk<Place, Row>(
  start: Place,
  read: (after: Place) => Row[],
  placeOf: (row: Row) => Place,
): AsyncIterable<Row> {
  for (let page = read(start), last = page.at(-1); last !== undefined; last = page.at(-1)) {
    yield* page;
    await new Promise(setImmediate);
    page = read(placeOf(last));
  }
}

function toId({ providerId, permitId }: DeliveryId): DeliveryId {
  return { providerId, permitId };
}
