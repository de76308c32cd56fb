// Fields by which a JSON body under 2xx reports a failure: those of gateways, of frameworks, and of a vendor outside its own
// error format. Names are compared in lower case and without `_`.
const SUCCESS_FLAGS: ReadonlySet<string> = new Set([
  "success",
  "succeeded",
  "successful",
  "issuccess",
  "issuccessful",
  "ok",
  "accepted",
]);
const ERRORS: ReadonlySet<string> = new Set([
  "error",
  "errors",
  "fault",
  "exception",
  "errorcode",
  "errormessage",
  "failed",
  "failures",
  "rejected",
]);
const STATUSES: ReadonlySet<string> = new Set(["status", "statuscode", "code", "httpstatus"]);
const RESULTS: ReadonlySet<string> = new Set(["status", "result", "outcome"]);
const MESSAGES: ReadonlySet<string> = new Set(["message", "msg", "detail", "title"]);

const FAILED = /^(errors?|err|fail|failed|failure|rejected|refused|denied|declined|invalid|nok)$/i;

// The complete message of a gateway. Any other text may belong to a success.
const MESSAGE_OF_GATEWAY =
  /^(bad request|unauthori[sz]ed|forbidden|((page|resource) )?not found|access denied|method not allowed|too many requests|(internal )?server error|bad gateway|service (temporarily )?unavailable|gateway time-?out|(endpoint request|request) timed out|missing authentication token|no route matched\b.*|.*\bnot authorized\b.*)\W*$/i;

/** The name of the field by which a JSON object reports a failure; `undefined` when it reports none. */
export function findDenial(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([name, part]) =>
    reportsFailure(name.toLowerCase().replaceAll("_", ""), part),
  )?.[0];
}

/** {@link findDenial} one level deeper: in the items of a list, and in the objects inside the value (`data`, `response`). */
export function findInnerDenial(value: object): string | undefined {
  for (const item of Object.values(value).flat()) {
    const denial = findDenial(item);
    if (denial !== undefined) return denial;
  }
  return undefined;
}

function reportsFailure(name: string, value: unknown): boolean {
  if (SUCCESS_FLAGS.has(name)) return value === false || value === 0 || /^(false|no|0)$/i.test(String(value));
  if (ERRORS.has(name)) return !isEmpty(value);
  if (STATUSES.has(name) && Number(value) >= 400 && Number(value) <= 599) return true;
  if (RESULTS.has(name)) return value === false || (typeof value === "string" && FAILED.test(value));
  if (typeof value !== "string") return false;
  if (MESSAGES.has(name)) return MESSAGE_OF_GATEWAY.test(value.slice(0, 200));
  return name === "type" && (value === "about:blank" || value.includes(":error:"));
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return !value || /^(0|none|false)$/i.test(String(value));
}
