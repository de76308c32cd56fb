import type { LookupRefusal } from "../../../core/lookup/dialect.ts";
import type { LookupReply } from "../../../core/lookup/lookup-message.ts";

const JSON_HEADERS = Object.freeze({ "content-type": "application/json; charset=utf-8" });

/** A value as a JSON reply. */
export function toJsonReply(
  status: number,
  value: unknown,
  headers?: Readonly<Record<string, string>>,
): LookupReply {
  const all = headers === undefined ? JSON_HEADERS : { ...headers, ...JSON_HEADERS };
  return { status, headers: all, body: JSON.stringify(value) };
}

/** A refusal as JSON. Clients look at the status; the form of the body is ours. */
export function toJsonRefusal({ status, code, message, headers }: LookupRefusal): LookupReply {
  return toJsonReply(status, { error: { code, message } }, headers);
}
