import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { parseJsonReply } from "../../src/http/reply.ts";
import { failureOf } from "../support/registrations.ts";

const schema = z.object({ data: z.array(z.object({ id: z.string() })) });
const replyOf = (body: string) => ({ status: 200, headers: new Headers(), body, traceId: "trace-1" });

describe("parseJsonReply", () => {
  it("reads the schema's keys and ignores the others", () => {
    const reply = replyOf('{"data":[{"id":"1","more":2}],"more":3}');

    expect(parseJsonReply(reply, schema, { changes: false })).toEqual({ data: [{ id: "1" }] });
  });

  it.each([
    ["a page", "<!doctype html><p>GXK204", "is a page instead of JSON"],
    ["nothing", " ", "is empty instead of JSON"],
    ["JSON that was cut off", '{"data":[{"id":"GXK204"', "is not JSON, or was cut off"],
    ["words", "GXK204", "is not JSON, or was cut off"],
    ["another shape", '{"data":[{"id":7}],"plate":"GXK204"}', 'is not as expected at "data.0.id"'],
    ["null", "null", 'is not as expected at ""'],
  ])("reports what is wrong with %s, without repeating it", async (_, body, words) => {
    const error = await failureOf(() => parseJsonReply(replyOf(body), schema, { changes: false }));

    expect(error).toMatchObject({
      code: "invalid_response",
      status: 200,
      traceId: "trace-1",
      outcome: "not_applied",
      retryable: false,
    });
    expect(error.message).toContain(words);
    expect(error.message).not.toContain("GXK204");
  });

  it("makes a change's outcome unknown, and the error retryable", async () => {
    const error = await failureOf(() => parseJsonReply(replyOf(""), schema, { changes: true }));

    expect(error).toMatchObject({ outcome: "unknown", retryable: true });
  });
});
