import type { LookupRefusal } from "../../../../core/lookup/dialect.ts";

/** What is served, and how it is asked for. */
export type GenetecOperation = "zones" | "search" | "isvalid";

interface Route {
  readonly path: RegExp;
  readonly method: "GET" | "POST";
  /** Absent: the protocol has it, and it is not served. */
  readonly operation?: GenetecOperation;
}

const ROUTES: readonly Route[] = [
  { path: /^zones$/i, method: "GET", operation: "zones" },
  { path: /^permits\/search$/i, method: "POST", operation: "search" },
  { path: /^isvalid$/i, method: "POST", operation: "isvalid" },
  { path: /^zones\/[^/]+\/permits$/i, method: "GET" },
];

// The only version that is published. A host may mount the handler above it or at it.
const PREFIX = /^\/(?:api\/pbp\/v2014-06(?:\/|$))?/i;

/** The operation at a path below the mount, or why there is none. */
export function findOperation(method: string, path: string): GenetecOperation | LookupRefusal {
  const rest = path.replace(PREFIX, "").replace(/\/$/, "");
  const route = ROUTES.find((one) => one.path.test(rest));
  if (route === undefined) {
    const message = "There is nothing at this path; the API begins with api/pbp/v2014-06/.";
    return { status: 404, code: "not_found", message };
  }
  if (route.method !== method) {
    const message = `This path takes ${route.method}.`;
    return { status: 405, code: "method_not_allowed", message, headers: { allow: route.method } };
  }
  const message = "The permits of a zone are not listed yet; ask permits/search or isvalid.";
  return route.operation ?? { status: 404, code: "not_supported", message };
}
