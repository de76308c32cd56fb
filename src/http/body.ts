import type { HttpReply } from "./reply.ts";

/** The JSON value of a reply's body, wrapped because it may be `null`. `undefined` when the body is not JSON. */
export function findJson({ body }: Pick<HttpReply, "body">): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(body) };
  } catch {
    return undefined;
  }
}

/** What is wrong with a body that should be the vendor's JSON. Quotes nothing from the body. */
export function describeBody(reply: Pick<HttpReply, "body">): string {
  if (reply.body.trim() === "") return "is empty instead of JSON";
  if (reply.body.trimStart().startsWith("<")) {
    return "is a page instead of JSON; another server answers at this address";
  }
  return findJson(reply) === undefined
    ? "is not JSON, or was cut off"
    : "is JSON, but not in a form that the vendor is known to use";
}
