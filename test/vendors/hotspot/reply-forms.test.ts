import { afterAll, describe, expect, it } from "vitest";
import type { EnforcementError } from "../../../src/core/errors.ts";
import { type BodyForm, FOREIGN_BODY_FORMS, toReply } from "../../support/reply-forms.ts";
import { connectDirectly, registration } from "./provider-bench.ts";

// The result of an operation, for each status and body of its reply. `final`: sync reports it to the host and stops trying.
type End =
  | "done"
  | "final"
  | "unauthorized"
  /** Refused credentials outside HotSpot's error format. */
  | "unauthorized by others"
  | "no verdict"
  | "unclear"
  | "redirected"
  | "busy";

const OPERATIONS = ["register", "amend", "cancel"] as const;
type Operation = (typeof OPERATIONS)[number];

interface Form extends Omit<BodyForm, "kind"> {
  /** The result under 2xx and under a refusing 4xx; `foreign` under both where it is absent. */
  readonly own?: "accepted" | "refused" | "not found" | "unauthorized";
}

const json = (name: string, value: unknown, own?: Form["own"]): Form => {
  const body = typeof value === "string" ? value : JSON.stringify(value);
  const form = { name, body, contentType: "application/json" };
  return own === undefined ? form : { ...form, own };
};

const OWN_FORMS: readonly Form[] = [
  json("a reference", { Reference: "R-1" }, "accepted"),
  json("a reference that is a number", '{"Reference":12345678901234567890}', "accepted"),
  json(
    "a reference beside an error of 0",
    { ErrorCode: 0, ErrorMessage: "OK", Reference: "R-1" },
    "accepted",
  ),
  json("a reference beside an error of '0'", { ErrorCode: "0", Reference: "R-1" }, "accepted"),
  json("a reference beside no error", { ErrorCode: null, ErrorMessage: null, Reference: "R-1" }, "accepted"),
  json("an error", { ErrorCode: 9003, ErrorMessage: "Unreadable." }, "refused"),
  json("an error without words", { ErrorCode: 9003 }, "refused"),
  json("an error that is text", { ErrorCode: "9003" }, "refused"),
  json("an error written as 9003.0", '{"ErrorCode":9003.0}', "refused"),
  json("an error in white space", { ErrorCode: " 9003\n" }, "refused"),
  json("not found in white space", { ErrorCode: " 9009 " }, "not found"),
  json("an error beside a reference", { ErrorCode: 9003, Reference: "R-1" }, "refused"),
  json("an error of no published number", { ErrorCode: "constructor" }, "refused"),
  json("not found", { ErrorCode: 9009, ErrorMessage: "Not found." }, "not found"),
  json("a token that is refused", { ErrorCode: 9002 }, "unauthorized"),
  json("an error of 0 and nothing else", { ErrorCode: 0 }),
  json("an error that is an object", { ErrorCode: { code: 9009 } }),
  json("an error that is true", { ErrorCode: true, Reference: "R-1" }),
  json("an error message alone", { ErrorMessage: "Not found.", Reference: "" }),
  json("an empty object", {}),
  json("an empty reference", { Reference: " " }),
  json("a reference that is null", { Reference: null }),
  json("a reference that is an object", { Reference: { id: "R-1" } }),
  json("a reference of 10,000 characters", { Reference: "R".repeat(10_000) }),
  json("a reference that is no well-formed text", '{"Reference":"\\ud800"}'),
  json("a list", [{ Reference: "R-1" }]),
  json("an error in another case", { errorCode: 9009 }),
  json("an error, cut off", '{"ErrorCode":9009,"ErrorMess'),
  json("a reference, cut off", '{"Reference":"R-1'),
  json("twenty thousand brackets", `${"[".repeat(20_000)}${"]".repeat(20_000)}`),
];

// Beside a reference, these report a failure. A reply without a reference is unclear anyway.
const CONTRADICTIONS: readonly Form[] = [
  json("a reference and success: false", { success: false, Reference: "R-1" }),
  json("a reference and an error message", { ErrorMessage: "No such spot.", Reference: "R-1" }),
  json("a reference and errors", { errors: ["No such spot."], Reference: "R-1" }),
  json("a reference and a status of 404", { status: 404, Reference: "R-1" }),
  json("a reference and success: 0", { success: 0, Reference: "R-1" }),
  json("a reference and the message of a gateway", { message: "Forbidden", Reference: "R-1" }),
  json("a reference and an error inside", { Result: { ErrorCode: 9003 }, Reference: "R-1" }),
  json("a reference and an error inside a list", { Results: [{ ErrorCode: 9003 }], Reference: "R-1" }),
  json("a reference and a failed status", { Status: "failed", Reference: "R-1" }),
];

const FORMS: readonly Form[] = [
  ...FOREIGN_BODY_FORMS.map(({ name, body, contentType }) => ({ name, body, contentType })),
  ...OWN_FORMS,
  ...CONTRADICTIONS,
];

const SUCCEEDING_STATUSES = [200, 201, 202, 207];
const REFUSING_STATUSES = [400, 401, 403, 404, 405, 407, 409, 410, 422, 451];
const OTHER_STATUSES: ReadonlyMap<number, End> = new Map([
  [301, "redirected"],
  [307, "redirected"],
  [408, "busy"],
  [429, "busy"],
  [500, "no verdict"],
  [502, "no verdict"],
  [503, "no verdict"],
]);
const STATUSES = [...SUCCEEDING_STATUSES, ...REFUSING_STATUSES, ...OTHER_STATUSES.keys()];

function expectedEnd(status: number, form: Form, operation: Operation): End {
  const other = OTHER_STATUSES.get(status);
  if (other !== undefined) return other;
  const isSuccess = SUCCEEDING_STATUSES.includes(status);
  switch (form.own) {
    case "refused":
      return "final";
    case "unauthorized":
      return "unauthorized";
    case "not found":
      return operation === "cancel" ? "done" : "final";
    case "accepted":
      if (status === 401) return "unauthorized by others";
      return isSuccess ? "done" : "no verdict";
    default:
      if (status === 401) return "unauthorized by others";
      return isSuccess ? "unclear" : "no verdict";
  }
}

function endOf(error: EnforcementError | undefined): End {
  const { code, outcome, retryable } = error ?? {};
  if (error === undefined) return "done";
  if (code === "rejected" && outcome === "not_applied" && !retryable) return "final";
  if (code === "unauthorized") return outcome === "not_applied" ? "unauthorized" : "unauthorized by others";
  if (code === "unavailable" && outcome === "unknown" && retryable) return "no verdict";
  if (code === "invalid_response") return outcome === "unknown" && retryable ? "unclear" : "redirected";
  if (code === "timeout" || code === "rate_limited") return "busy";
  throw new Error(`No end is expected of this kind: ${code}, ${outcome}`);
}

async function createClient() {
  const reply: { current?: () => Response } = {};
  const { provider } = connectDirectly({
    provider: { retries: 0 },
    instead: () => reply.current?.(),
  });
  const receipt = await provider.register(registration());
  const perform: Record<Operation, () => Promise<unknown>> = {
    register: () => provider.register(registration({ permitId: "P-2" })),
    amend: () => provider.amend(receipt, { validTo: new Date("2027-02-01T00:00:00.000Z") }),
    cancel: () => provider.cancel(receipt),
  };
  return async (operation: Operation, response: () => Response): Promise<EnforcementError | undefined> => {
    reply.current = response;
    return await perform[operation]().then(
      () => undefined,
      (error: EnforcementError) => error,
    );
  };
}

let count = 0;
afterAll(() => console.log(`HotSpot replies: ${count} of status, body and operation.`));

describe.each(OPERATIONS)("a reply to %s", (operation) => {
  it.each(STATUSES)("of status %i is what its body says", async (status) => {
    const send = await createClient();
    const wrong: string[] = [];
    for (const form of FORMS) {
      const error = await send(operation, () => toReply(form, status));
      const expected = expectedEnd(status, form, operation);
      count += 1;
      const end = endOf(error);
      if (end !== expected) wrong.push(`${form.name}: ${end} instead of ${expected} (${error?.message})`);
      // Valid JSON is never reported as invalid.
      if (isJson(form.body) && error?.message.includes("not JSON"))
        wrong.push(`${form.name}: ${error.message}`);
    }
    expect(wrong).toEqual([]);
  });
});

it("204 leaves the outcome open", async () => {
  const send = await createClient();

  for (const operation of OPERATIONS) {
    expect(endOf(await send(operation, () => new Response(null, { status: 204 })))).toBe("unclear");
  }
});

describe("a missing part of a reply", () => {
  it.each<[string, string]>([
    ['{"ErrorCode":0}', "has no Reference"],
    ["{}", "has no Reference"],
    ['{"Reference":null}', "has no Reference"],
    ['{"ErrorCode":[9003],"Reference":"R1"}', "has an ErrorCode that is neither text nor number"],
    ['{"success":false}', 'says no in "success", but has no ErrorCode'],
    ['[{"Reference":"R1"}]', "is JSON, but no object"],
    ["null", "is JSON, but no object"],
    ["", "is empty instead of JSON"],
    ["OK", "is not JSON, or was cut off"],
    [`{"Reference":"${"R".repeat(501)}"}`, "names a reference that is blank, longer than 500 characters"],
  ])("is named under 200: %.40s", async (body, words) => {
    const send = await createClient();

    const error = await send("register", () => toReply({ body, contentType: "application/json" }, 200));

    expect(error).toMatchObject({ code: "invalid_response", outcome: "unknown" });
    expect(error?.message).toContain(words);
  });

  it("is named under 404, with what to look at", async () => {
    const send = await createClient();

    const error = await send("cancel", () => toReply({ body: "{}", contentType: "application/json" }, 404));

    expect(error?.message).toBe(
      "A reply (404) is not in HotSpot's words: it has no ErrorCode; if that stays so, look at baseUrl and at gateways on the way.",
    );
  });
});

it("a refusal under 200 keeps its code, also beside a reference", async () => {
  const send = await createClient();

  for (const body of ['{"ErrorCode":9003,"Reference":"R1"}', '{"ErrorCode":9003}', '{"ErrorCode":"9003"}']) {
    expect(
      await send("register", () => toReply({ body, contentType: "application/json" }, 200)),
    ).toMatchObject({
      code: "rejected",
      vendorCode: "9003",
      status: 200,
      outcome: "not_applied",
    });
  }
});

it("a gateway's Retry-After is respected without a verdict", async () => {
  const send = await createClient();
  const busy = () => new Response("<p>no", { status: 403, headers: { "retry-after": "7" } });

  expect(await send("register", busy)).toMatchObject({ code: "unavailable", retryAfterMs: 7_000 });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
