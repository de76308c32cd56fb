import * as library from "@offstreet/enforcement";
import type { HostEvent } from "../lookup/hosts/journal.ts";
import { CONSUMED_PATHNAME, createServedLookup, PATHNAME } from "../lookup/hosts/served-lookup.ts";

/** Marks a line of output for the test; see child-host.ts. */
const MARK = "@@";

const report = (event: HostEvent | { type: "ready"; origin: string }) =>
  console.log(MARK + JSON.stringify(event));

const handler = createServedLookup(library, { pathname: PATHNAME, report });

/** Answers as a fetch server does, in a runtime other than the test's. */
export async function serve(request: Request): Promise<Response> {
  if (new URL(request.url).pathname === CONSUMED_PATHNAME) await request.text();
  return handler(request);
}

/** Tells the test where the server listens. */
export function tellReady(port: number): void {
  report({ type: "ready", origin: `http://127.0.0.1:${port}` });
}
