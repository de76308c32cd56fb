import { text as readText } from "node:stream/consumers";
import * as library from "../../../src/index.ts";
import { toNodeHandler } from "../../../src/lookup/mounts/node.ts";
import { type LookupHost, openHere } from "./host.ts";
import { Journal } from "./journal.ts";
import { listen } from "./node-server.ts";
import { CONSUMED_PATHNAME, createServedLookup, PATHNAME } from "./served-lookup.ts";

/** The handler as it is: a function from `Request` to `Response`. */
export const fetchHandler: LookupHost = {
  name: "fetch handler",
  traits: { network: false },
  async open() {
    const journal = new Journal();
    const handler = createServedLookup(library, { pathname: PATHNAME, report: journal.report });
    const origin = "http://lookup.test";
    return {
      url: origin + PATHNAME,
      consumedUrl: origin + CONSUMED_PATHNAME,
      journal,
      async fetch(request) {
        if (request.url.endsWith(CONSUMED_PATHNAME)) await request.text();
        return handler(request);
      },
      close: async () => {},
    };
  },
};

export const nodeHttp: LookupHost = {
  name: "node:http",
  open: () =>
    openHere(library, PATHNAME, (handler) => {
      const listener = toNodeHandler(handler);
      return listen(async (request, response) => {
        if (request.url === CONSUMED_PATHNAME) await readText(request);
        listener(request, response);
      });
    }),
};
