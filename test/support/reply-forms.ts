/**
 * The forms that the body of a reply may have, whatever its status. A vendor's matrix crosses them with statuses and
 * operations, and adds the vendor's own error form.
 */
export interface BodyForm {
  readonly name: string;
  readonly body: string;
  readonly contentType: string | undefined;
  /**
   * `empty`: no body. `foreign`: no JSON object, so no answer of any API. `json`: an object that says neither yes nor no.
   * `problem`: JSON that says no, in another system's words. `broken`: cut off.
   */
  readonly kind: "empty" | "foreign" | "json" | "problem" | "broken";
}

const JSON_TYPE = "application/json";

/** Bodies outside the vendor's format: of gateways, caches, load balancers, other systems, and of broken connections. */
export const FOREIGN_BODY_FORMS: readonly BodyForm[] = [
  { name: "empty", kind: "empty", body: "", contentType: undefined },
  { name: "empty, said to be JSON", kind: "empty", body: "", contentType: JSON_TYPE },
  { name: "white space", kind: "empty", body: " \r\n", contentType: "text/plain" },
  {
    name: "HTML page",
    kind: "foreign",
    body: "<!DOCTYPE html><html><head><title>404 Not Found</title></head><body>nginx</body></html>",
    contentType: "text/html; charset=utf-8",
  },
  {
    name: "HTML page, said to be JSON",
    kind: "foreign",
    body: "<html><body>Request blocked. session_not_found</body></html>",
    contentType: JSON_TYPE,
  },
  {
    name: "XML",
    kind: "foreign",
    body: '<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>gone</Message></Error>',
    contentType: "application/xml",
  },
  { name: "text", kind: "foreign", body: "Not Found", contentType: "text/plain" },
  { name: "text, said to be JSON", kind: "foreign", body: "no healthy upstream", contentType: JSON_TYPE },
  {
    name: "JSON of a health check",
    kind: "json",
    body: '{"status":"up","message":"All systems are well."}',
    contentType: JSON_TYPE,
  },
  {
    name: "JSON of an API gateway",
    kind: "problem",
    body: '{"message":"no Route matched with those values","request_id":"1f"}',
    contentType: JSON_TYPE,
  },
  {
    name: "JSON of a cloud's API gateway",
    kind: "problem",
    body: '{"message":"Forbidden"}',
    contentType: JSON_TYPE,
  },
  {
    name: "JSON of an edge network",
    kind: "problem",
    body: '{"success":false,"errors":[{"code":7003,"message":"Could not route"}],"messages":[],"result":null}',
    contentType: JSON_TYPE,
  },
  {
    name: "JSON of an API management",
    kind: "problem",
    body: '{"statusCode":404,"message":"Resource not found"}',
    contentType: JSON_TYPE,
  },
  {
    name: "empty, said to be a problem document",
    kind: "empty",
    body: "",
    contentType: "application/problem+json",
  },
  {
    name: "JSON of a framework",
    kind: "problem",
    body: '{"timestamp":"2026-09-15T12:00:00Z","status":404,"error":"Not Found","path":"/v3/shared"}',
    contentType: JSON_TYPE,
  },
  {
    name: "JSON that says no",
    kind: "problem",
    body: '{"success":false}',
    contentType: JSON_TYPE,
  },
  {
    name: "JSON with an error inside",
    kind: "problem",
    body: '{"error":{"code":404,"message":"not found"}}',
    contentType: JSON_TYPE,
  },
  {
    name: "generic problem document",
    kind: "problem",
    body: '{"type":"about:blank","title":"Not Found","status":404}',
    contentType: "application/problem+json",
  },
  {
    name: "problem document of another system",
    kind: "problem",
    body: '{"type":"https://gateway.test/problems/session_not_found","title":"No session","status":404}',
    contentType: "application/problem+json",
  },
  { name: "JSON null", kind: "foreign", body: "null", contentType: JSON_TYPE },
  { name: "JSON text", kind: "foreign", body: '"not found"', contentType: JSON_TYPE },
  { name: "truncated JSON", kind: "broken", body: '{"data":[{"id":"1', contentType: JSON_TYPE },
  { name: "truncated JSON, said to be nothing", kind: "broken", body: '{"data":[', contentType: undefined },
];

/** Statuses of each class that an intermediary creates itself. */
export const REFUSING_STATUSES = [
  400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 413, 415, 421, 422, 426, 451, 499,
] as const;

/** A reply with a body of one form. */
export function toReply({ body, contentType }: Omit<BodyForm, "kind" | "name">, status: number): Response {
  // Statuses without a body must have none, or Response refuses them.
  const isBodiless = status === 204 || status === 205 || status === 304;
  const headers = contentType === undefined ? {} : { "content-type": contentType };
  return new Response(isBodiless || body === "" ? null : new TextEncoder().encode(body), { status, headers });
}
