// How a JSON value under 2xx says no, whichever system wrote it: a gateway, a framework, the vendor in words that are not
// its error form. Names are compared in small letters and without `_`.
const YES_OR_NO: ReadonlySet<string> = new Set([
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

// A gateway's whole message: the name of a status, or its usual words. Other words may as well be part of a success.
const MESSAGE_OF_GATEWAY =
  /^(bad request|unauthori[sz]ed|forbidden|((page|resource) )?not found|access denied|method not allowed|too many requests|(internal )?server error|bad gateway|service (temporarily )?unavailable|gateway time-?out|(endpoint request|request) timed out|missing authentication token|no route matched\b.*|.*\bnot authorized\b.*)\W*$/i;

/** The name of the field by which a JSON object says no; `undefined` where it does not. */
export function findDenial(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([name, part]) =>
    saysNo(name.toLowerCase().replaceAll("_", ""), part),
  )?.[0];
}

/** {@link findDenial} one level further down: in the items of a list, and in what `data` or `response` holds. */
export function findInnerDenial(value: object): string | undefined {
  for (const item of Object.values(value).flat()) {
    const denial = findDenial(item);
    if (denial !== undefined) return denial;
  }
  return undefined;
}

function saysNo(name: string, value: unknown): boolean {
  if (YES_OR_NO.has(name)) return value === false || value === 0 || /^(false|no|0)$/i.test(String(value));
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
