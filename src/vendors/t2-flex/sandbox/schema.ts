import * as z from "zod/mini";
import type {
  HandheldAnswer,
  HandheldCredential,
  HandheldEntry,
  HandheldSession,
} from "../../../core/lookup/handheld.ts";

// What handhelds expect of replies. It shares nothing with the dialects that render them, so that one mistake cannot
// hide in both.

/** The wire format of one kind of handheld. */
export interface HandheldWire {
  /** The path below the URL that was entered. Empty: that URL itself. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  encode(entry: HandheldEntry, credential: HandheldCredential): string;
  /** Reads a reply of any status. */
  decode(status: number, body: string): HandheldAnswer;
}

/** A text that is not empty or blank. */
export const text = z.string("must be text").check(z.regex(/\S/, "must not be empty"));

/** A text that may be empty. */
export const anyText = z.string("must be text");

/** An instant with an offset. */
export const instant = z
  .string("must be text")
  .check(z.refine(isInstant, "must be an ISO 8601 time with an offset"));

/** An instant in UTC. */
export const instantInUtc = instant.check(z.endsWith("Z", "must be in UTC"));

/** What a reply must be, or what is wrong with it, in words that name the field and no value. */
export function readReply<Reply>(
  schema: z.ZodMiniType<Reply>,
  value: unknown,
): { reply: Reply } | { why: string } {
  const result = z.safeParse(schema, value);
  if (result.success) return { reply: result.data };
  const issue = result.error.issues[0];
  const problem =
    issue?.code === "unrecognized_keys" ? `has unknown ${issue.keys.join(", ")}` : issue?.message;
  return { why: `${toPathText(issue?.path ?? [])} ${problem}` };
}

/** The value of a JSON text; `undefined`, which no JSON text gives, when it is not JSON. */
export function readJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** What a list of records shows: the first one, as public clients do. */
export function showFirst(sessions: readonly HandheldSession[]): HandheldAnswer {
  const [session] = sessions;
  return session === undefined ? { shows: "none" } : { shows: "permit", session, sessions };
}

/** `["sessions", 0, "endDateTime"]` as `sessions[0].endDateTime`. */
function toPathText(path: readonly PropertyKey[]): string {
  const written = path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("")
    .replace(/^\./, "");
  return written || "The reply";
}

/** Whether a text is an ISO 8601 time with an offset. */
export function isInstant(value: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value) &&
    !Number.isNaN(new Date(value).getTime())
  );
}
