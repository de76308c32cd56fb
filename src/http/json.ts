import type * as z from "zod/mini";
import { unreadableReply } from "./failure.ts";
import type { HttpReply } from "./reply.ts";

/**
 * The JSON of a reply, in the shape that a schema asks for.
 *
 * @throws EnforcementError `invalid_response` when it is not JSON, or of another shape
 */
export function parseJsonReply<Schema extends z.ZodMiniType>(
  reply: HttpReply,
  schema: Schema,
  options: { changes: boolean },
): z.output<Schema> {
  const json = findJson(reply);
  if (json === undefined) throw unreadableReply(describeBody(reply), reply, options.changes);
  const result = schema.safeParse(json.value);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path.join(".") ?? "";
  throw unreadableReply(`is not as expected at "${path}"`, reply, options.changes);
}

/** The JSON value of a reply's body, or `undefined` when the body is none. */
export function findJson(reply: HttpReply): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(reply.body) };
  } catch {
    return undefined;
  }
}

/** What is wrong with a body that should be JSON, without repeating any of it. */
export function describeBody(reply: HttpReply): string {
  if (reply.body.trim() === "") return "is empty instead of JSON";
  if (reply.body.trimStart().startsWith("<"))
    return "is a page instead of JSON; something stands before the vendor's API";
  return "is not JSON, or was cut off";
}
