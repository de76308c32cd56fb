import * as z from "zod/mini";

// What a handheld expects of the `offstreet` reply. It shares nothing with the dialect that renders it, so that one
// mistake cannot hide in both.

const text = z.string("must be text").check(z.regex(/\S/, "must not be empty"));
const instant = z
  .string("must be text")
  .check(z.refine(isInstant, "must be an ISO 8601 time with an offset"));

const reply = z.strictObject(
  {
    sessions: z.array(
      z.strictObject(
        {
          id: text,
          permitId: text,
          plate: text,
          state: z.nullable(text),
          startDateTime: instant,
          endDateTime: z.nullable(instant),
          createdDateTime: z.nullable(instant),
          location: text,
          tenantName: text,
        },
        "must be an object",
      ),
      "must be an array",
    ),
  },
  "must be a JSON object",
);

/** A record as a handheld shows it. */
export interface HandheldSession {
  readonly id: string;
  readonly permitId: string;
  readonly plate: string;
  /** Null when the permit's plate has no region. */
  readonly state: string | null;
  readonly startDateTime: string;
  /** Null when the permit has no end. */
  readonly endDateTime: string | null;
  /** Null when it is not known when the permit was made. */
  readonly createdDateTime: string | null;
  readonly location: string;
  readonly tenantName: string;
}

/** The records of a reply, or what is wrong with it, in words that name the field and no value. */
export function readReply(body: unknown): { sessions: readonly HandheldSession[] } | { why: string } {
  const result = z.safeParse(reply, body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const problem =
    issue?.code === "unrecognized_keys" ? `has unknown ${issue.keys.join(", ")}` : issue?.message;
  return { why: `${toPathText(issue?.path ?? [])} ${problem}` };
}

/** `["sessions", 0, "endDateTime"]` as `sessions[0].endDateTime`. */
function toPathText(path: readonly PropertyKey[]): string {
  const text = path
    .map((step) => (typeof step === "number" ? `[${step}]` : `.${String(step)}`))
    .join("")
    .replace(/^\./, "");
  return text || "The reply";
}

function isInstant(value: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value) &&
    !Number.isNaN(new Date(value).getTime())
  );
}
