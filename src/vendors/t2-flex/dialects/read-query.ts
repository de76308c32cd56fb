import * as z from "zod/mini";
import { fieldError } from "../../../core/fields.ts";
import { parseJsonBody } from "./json-body.ts";

/**
 * A JSON body in the form that a dialect asks for.
 *
 * @throws EnforcementError `invalid_input` naming the first field that is wrong, and never its value
 */
export function readQuery<Query>(schema: z.ZodMiniType<Query>, body: string): Query {
  const result = z.safeParse(schema, parseJsonBody(body));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw fieldError(String(issue?.path[0] ?? "body"), issue?.message ?? "is not as it must be.");
}
