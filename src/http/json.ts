import type * as z from "zod/mini";
import { describeBody, findJson } from "./body.ts";
import { unreadableReply } from "./failure.ts";
import type { HttpReply } from "./reply.ts";

export { describeBody, findJson } from "./body.ts";

/**
 * Parses a reply's JSON with a schema.
 *
 * @throws EnforcementError `invalid_response` when the body is not JSON or does not match the schema
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
