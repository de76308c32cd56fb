import * as z from "zod/mini";
import { type HotSpotErrorCode, HotSpotRefusal } from "./sandbox-refusal.ts";

// The sandbox's own reading of the default contract. It shares nothing with the provider, so that one mistake
// cannot hide in both.

const text = z.string("must be text").check(z.regex(/\S/, "must not be empty"));
const instant = z
  .string("must be text")
  .check(z.refine(isInstant, "must be RFC 3339 with an offset, such as 2026-09-01T00:00:00-03:00"));

const createBody = z.strictObject(
  {
    PermitReference: text,
    Plate: z.string("must be text").check(z.regex(/^[A-Z0-9]{1,12}$/, "must be 1-12 of A-Z and 0-9")),
    Region: z.string("must be text").check(z.regex(/^[A-Z]{2,3}$/, "must be 2-3 capital letters")),
    Country: z.enum(["CA", "US"], "must be CA or US"),
    SpotID: text,
    StartTime: instant,
    EndTime: instant,
  },
  "must be a JSON object",
);

const changeBody = z.strictObject(
  { PermitReference: text, Reference: z.optional(text), EndTime: instant },
  "must be a JSON object",
);

/** The body of `POST …/permits`. */
export type CreateBody = z.infer<typeof createBody>;

/** The body of `POST …/permits/update` and `POST …/permits/cancel`. */
export type ChangeBody = z.infer<typeof changeBody>;

/** Throws a refusal with the number of the first thing that is wrong. */
export function parseCreateBody(body: unknown): CreateBody {
  return parseBody(createBody, body);
}

/** Throws a refusal with the number of the first thing that is wrong. */
export function parseChangeBody(body: unknown): ChangeBody {
  return parseBody(changeBody, body);
}

const CODE_WHEN_MISSING = new Map<string, HotSpotErrorCode>([
  ["PermitReference", 9008],
  ["Plate", 9006],
  ["Region", 9011],
]);

function parseBody<Body>(schema: z.ZodMiniType<Body>, body: unknown): Body {
  const result = z.safeParse(schema, body);
  if (result.success) return result.data;
  throw toRefusal(result.error.issues[0], body);
}

function toRefusal(issue: z.core.$ZodIssue | undefined, body: unknown): HotSpotRefusal {
  if (issue?.code === "unrecognized_keys") {
    return new HotSpotRefusal(9003, { reason: `Unknown field ${issue.keys.join(", ")}.` });
  }
  const field = String(issue?.path[0] ?? "The body");
  return new HotSpotRefusal(codeOf(field, body), { reason: `${field} ${issue?.message}.` });
}

function codeOf(field: string, body: unknown): HotSpotErrorCode {
  if (field === "EndTime") return 9004;
  return (isMissing(field, body) ? CODE_WHEN_MISSING.get(field) : undefined) ?? 9003;
}

function isMissing(field: string, body: unknown): boolean {
  if (typeof body !== "object" || body === null) return false;
  const value = new Map<string, unknown>(Object.entries(body)).get(field);
  return value === undefined || value === null || value === "";
}

function isInstant(value: string): boolean {
  const parts = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.exec(value);
  if (parts === null || Number.isNaN(new Date(value).getTime())) return false;
  // 30 February is read as 2 March by JavaScript; the day must come back as it was written.
  return new Date(`${parts[1]}T00:00:00Z`).toISOString().startsWith(parts[1] ?? "");
}
