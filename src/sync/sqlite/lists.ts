import type { DeliveryId } from "../ledger/delivery.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Reader } from "./reader.ts";

type Lists = Pick<Ledger, "listCompanies" | "listFailures" | "listUnmapped" | "listAt" | "listTargets">;

/**
 * What a ledger lists, page by page. Nothing is held open between two pages, so each shows what is recorded when it is
 * read; and other work of this thread has its turn.
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

/** Every row, a page at a time; an empty page is the end. */
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
