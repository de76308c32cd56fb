import { afterAll, describe, expect, it } from "vitest";
import { isEnforcementError } from "../../../src/core/errors.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { Receipt } from "../../../src/core/registration/registration.ts";
import { sampleRegistration } from "../../support/registrations.ts";
import { type BodyForm, FOREIGN_BODY_FORMS, REFUSING_STATUSES, toReply } from "../../support/reply-forms.ts";
import { isFullRun } from "../../support/suite-size.ts";
import { connectDirectly, DOWNTOWN } from "./provider-bench.ts";

// Status × form of the body × operation: what each reply means. The table of docs/vendors/passport.md, as a test.

const OPERATIONS = ["register", "amend", "cancel", "listZones", "find", "token"] as const;
type Operation = (typeof OPERATIONS)[number];

type OwnForm = Omit<BodyForm, "kind"> & { readonly kind: "own" | "oauth" | "bearer"; readonly code: string };
type Form = BodyForm | OwnForm;

const problem = (code: string, more: Record<string, unknown> = {}) =>
  JSON.stringify({ type: `io.passportlabs:error:${code}`, title: code, detail: "No.", ...more });
const own = (name: string, code: string, more: Record<string, unknown> = {}): OwnForm => ({
  name,
  code,
  kind: "own",
  body: problem(code, more),
  contentType: "application/problem+json",
});

const FORMS: readonly Form[] = [
  ...FOREIGN_BODY_FORMS,
  own("Passport's own: no such session", "session_not_found", { additional_details: [] }),
  own("Passport's own: another refusal", "event_refused", { additional_details: { field: "end_time" } }),
  own("Passport's own: an unknown zone", "zone_not_found"),
  { ...own("Passport's own, said to be JSON", "event_refused"), contentType: "application/json" },
  {
    name: "OAuth's error",
    kind: "oauth",
    code: "invalid_client",
    body: '{"error":"invalid_client","error_description":"Unknown client"}',
    contentType: "application/json",
  },
  {
    name: "a bearer token's error",
    kind: "bearer",
    code: "invalid_token",
    body: '{"error":"invalid_token"}',
    contentType: "application/json",
  },
];

// Each status that the table names; test:full adds those that mean the same.
const STATUSES = isFullRun
  ? [200, 201, 202, 204, 207, 302, ...REFUSING_STATUSES, 408, 429, 500, 502, 503, 504]
  : [200, 204, 207, 302, 400, 401, 403, 404, 429, 503];

/** The result of a reply, in the words of the documented table. */
type Meaning = "accepted" | "refused" | "credentials" | "no verdict" | "unsupported";

const PATHS: Readonly<Record<Operation, string>> = {
  register: "/events",
  amend: "/events",
  cancel: "/events",
  listZones: "/zones",
  find: "/parking-rights",
  token: "/access-tokens",
};
const isChange = (operation: Operation) =>
  operation === "register" || operation === "amend" || operation === "cancel";

function meaningOf(operation: Operation, status: number, form: Form): Meaning {
  // A reply without a body contains no verdict.
  const kind = status === 204 ? "empty" : form.kind;
  if (status < 300) return meaningOfSuccess(operation, status, { ...form, kind } as Form);
  if (status < 400 || status === 408 || status === 429 || status >= 500) return "no verdict";
  if (operation === "token") {
    if (kind === "own") return "credentials";
    const isOAuth = kind === "oauth" || kind === "bearer";
    return isOAuth && [400, 401, 403].includes(status) ? "credentials" : "no verdict";
  }
  if (status === 401) return "credentials";
  if (kind === "bearer") return status === 400 || status === 403 ? "credentials" : "no verdict";
  if (kind !== "own") return "no verdict";
  if (status === 403) return operation === "find" ? "unsupported" : "credentials";
  return meaningOfOwn(operation, form);
}

function meaningOfSuccess(operation: Operation, status: number, form: Form): Meaning {
  if (form.kind === "own") return operation === "token" ? "credentials" : meaningOfOwn(operation, form);
  if (operation === "token" && (form.kind === "oauth" || form.kind === "bearer")) return "credentials";
  const isAccepted = form.kind === "empty" || form.kind === "json";
  return isChange(operation) && isAccepted && status !== 207 ? "accepted" : "no verdict";
}

function meaningOfOwn(operation: Operation, form: Form): Meaning {
  const isEnded = operation === "cancel" && "code" in form && form.code === "session_not_found";
  return isEnded ? "accepted" : "refused";
}

const registration = sampleRegistration();
const other = sampleRegistration({ permitId: "P-2" });
const LATER = new Date("2027-02-01T00:00:00.000Z");

/** A provider with one registration at Passport; `answer` answers a path from the moment that it is set. */
async function createCase(operation: Operation) {
  let answer: (() => Response) | undefined;
  const bench = connectDirectly({
    sandbox: { readBack: operation === "find" },
    provider: { retries: 0 },
    instead: ({ url }) => (new URL(url).pathname.endsWith(PATHS[operation]) ? answer?.() : undefined),
  });
  const { provider } = bench;
  const receipt: Receipt = await provider.register(registration);
  const run = (): Promise<unknown> => {
    switch (operation) {
      case "register":
        return provider.register(other);
      case "amend":
        return provider.amend(receipt, { validTo: LATER });
      case "cancel":
        return provider.cancel(receipt);
      case "find":
        return provider.find({ plate: parsePlate("GXK204"), target: DOWNTOWN });
      default:
        return provider.listZones({ refresh: true });
    }
  };
  return {
    ...bench,
    run,
    answerWith(next: (() => Response) | undefined) {
      answer = next;
      // The cached token must be dropped before another one is requested.
      if (operation === "token") bench.pass(86_400_000);
    },
  };
}

let checked = 0;
afterAll(() => {
  console.log(`Passport's replies: ${checked} of status × form × operation`);
});

describe.each(OPERATIONS)("replies to %s", (operation) => {
  it.each(FORMS.map((form) => [form.name, form] as const))("whose body is %s", async (_, form) => {
    const wrong: string[] = [];
    for (const status of STATUSES) {
      const { run, answerWith, provider } = await createCase(operation);
      answerWith(() => toReply(form, status));
      const thrown = await run().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const expected = meaningOf(operation, status, form);
      const problems = findProblems(thrown, expected, { operation, status, form });

      // Whatever the reply was, the change succeeds once the gateway is gone.
      answerWith(undefined);
      if (expected !== "unsupported") {
        await run().catch((again) => problems.push(`does not recover: ${String(again)}`));
        if (!provider.capabilities.find && operation === "find") problems.push("switched reading back off");
      }
      wrong.push(...problems.map((text) => `${operation} ${status} ${form.name}: ${text}`));
      checked += 1;
    }
    expect(wrong).toEqual([]);
  });
});

function findProblems(
  thrown: unknown,
  expected: Meaning,
  { operation, status, form }: { operation: Operation; status: number; form: Form },
): string[] {
  if (thrown === undefined) return expected === "accepted" ? [] : [`accepted instead of ${expected}`];
  if (!isEnforcementError(thrown)) return [`throws ${String(thrown)}`];
  const { code, vendorCode, outcome, reason, message } = thrown;
  const found: string[] = [];
  const check = (isRight: boolean, text: string) => {
    if (!isRight) found.push(`${text}, but it is ${code} ${outcome} ${String(vendorCode)}: ${message}`);
  };
  switch (expected) {
    case "accepted":
      check(false, "should be accepted");
      break;
    case "refused":
      check(code === "rejected" && outcome === "not_applied", "should be rejected");
      check("code" in form && vendorCode === form.code, "should have Passport's code");
      check(reason === reasonOf(operation, status, thrown), `has the reason ${String(reason)}`);
      break;
    case "credentials":
      check(code === "unauthorized" && outcome === "not_applied", "should be unauthorized");
      if ("code" in form && (status !== 401 || form.kind !== "oauth" || operation === "token")) {
        check(vendorCode === form.code, "should have the code of the words");
      }
      break;
    case "unsupported":
      check(code === "unsupported", "should be unsupported");
      break;
    case "no verdict":
      check(
        ["unavailable", "invalid_response", "timeout", "rate_limited"].includes(code),
        "should be no verdict",
      );
      check(reason === undefined, "should have no reason");
      // Some statuses come before any verdict: a redirect, a limit, a request that never arrived.
      if (isChange(operation) && ![302, 408, 429].includes(status)) {
        check(outcome === "unknown", "should be unknown");
      }
      if (!isChange(operation)) check(outcome === "not_applied", "should have changed nothing");
      if (status >= 400 && ![408, 429].includes(status)) check(thrown.retryable, "should be retryable");
      if (form.kind === "problem" || form.kind === "json") {
        check(!/is not JSON|cut off/.test(message), "should not call JSON no JSON");
      }
      break;
  }
  return found;
}

function reasonOf(operation: Operation, status: number, { vendorCode }: { vendorCode?: string | undefined }) {
  if (vendorCode !== "session_not_found") return undefined;
  // After a 409 the provider states the end again; "not found" for that session then means that another right exists.
  if (operation === "register") return status === 409 ? "already_exists" : undefined;
  return "not_found";
}
