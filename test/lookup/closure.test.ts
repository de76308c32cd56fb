import { describe, expect, it } from "vitest";
import type { LookupDialect } from "../../src/core/lookup/dialect.ts";
import { createT2FlexProvider } from "../../src/vendors/t2-flex/provider.ts";
import { lookupRequest, openCampus, permit } from "./campus.ts";
import { probeDialect } from "./probe-dialect.ts";

const url = "http://lookup.test/lookup";

async function refusalOf(response: Response): Promise<unknown> {
  expect(response.headers.get("cache-control")).toBe("no-store");
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return [response.status, error.code];
}

describe("requests without a credential", () => {
  it.each(["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])("%s is 405 with Allow", async (method) => {
    const { handler, audits } = openCampus();
    const response = await handler(new Request(url, { method }));
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(audits[0]).toMatchObject({ status: "refused", reason: "method_not_allowed", httpStatus: 405 });
  });

  it("get 401 with every challenge, before the query is parsed", async () => {
    const { handler, audits } = openCampus();
    for (const body of ['{"plate":"GXK204"}', '{"plate":""}', "not json", "[[[[[[[[[[[["]) {
      const response = await handler(lookupRequest(body));
      expect(response.headers.get("www-authenticate")).toBe(
        'ApiKey realm="permit lookup", Basic realm="permit lookup", charset="UTF-8", Bearer realm="permit lookup"',
      );
      expect(await refusalOf(response)).toEqual([401, "unauthorized"]);
    }
    expect(audits).toHaveLength(4);
    expect(audits[0]).toMatchObject({
      status: "refused",
      reason: "unauthorized",
      considered: [],
      dropped: 0,
    });
    expect(audits[0]?.credentialId).toBeUndefined();
    expect(audits[0]?.asked).toBeUndefined();
  });

  it("cannot tell an unknown user from a wrong password", async () => {
    const { handler, username } = openCampus();
    const ask = async (name: string) => {
      const authorization = `Basic ${btoa(`${name}:wrong`)}`;
      const response = await handler(lookupRequest({ plate: "GXK204" }, { authorization }));
      return [response.status, [...response.headers], await response.text()];
    };
    expect(await ask(username)).toEqual(await ask("nobody"));
  });
});

describe("a body", () => {
  async function send(body: BodyInit | null, headers: Record<string, string> = {}): Promise<unknown> {
    const { handler, key } = openCampus({ permits: [permit()] });
    const init = { method: "POST", body, duplex: "half", headers: { "x-api-key": key, ...headers } };
    return refusalOf(await handler(new Request(url, init)));
  }
  const json = { "content-type": "application/json" };

  it.each<[string, BodyInit | null, Record<string, string>, unknown]>([
    ["empty", null, {}, [400, "invalid_request"]],
    ["empty, called JSON", "", json, [400, "invalid_request"]],
    ["truncated", '{"plate":"GXK2', json, [400, "invalid_request"]],
    ["an array", '["GXK204"]', json, [400, "invalid_request"]],
    ["null", "null", json, [400, "invalid_request"]],
    ["a page", "<html></html>", json, [400, "invalid_request"]],
    ["a number for a plate", '{"plate":204}', json, [400, "invalid_request"]],
    ["without a plate", "{}", json, [400, "invalid_request"]],
    [
      "nested too deep",
      `{"plate":"GXK204","x":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
      json,
      [400, "invalid_request"],
    ],
    ["no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d]), json, [400, "invalid_request"]],
    ["text", '{"plate":"GXK204"}', { "content-type": "text/plain" }, [415, "unsupported_media_type"]],
    ["a form", new URLSearchParams({ plate: "GXK204" }), {}, [415, "unsupported_media_type"]],
    ["bytes of no type", new TextEncoder().encode('{"plate":"GXK204"}'), {}, [415, "unsupported_media_type"]],
    ["10 MB", "x".repeat(10_000_000), json, [413, "body_too_large"]],
    ["16 KiB and a byte", " ".repeat(16 * 1024 + 1), json, [413, "body_too_large"]],
    ["many bytes in few characters", "車".repeat(6_000), json, [413, "body_too_large"]],
  ])("%s", async (_, body, headers, expected) => {
    expect(await send(body, headers)).toEqual(expected);
  });

  it("that never ends is read only up to the limit", async () => {
    let sent = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024));
      },
      cancel() {
        cancelled = true;
      },
    });
    expect(await send(endless, json)).toEqual([413, "body_too_large"]);
    expect(sent).toBeLessThan(20 * 1024);
    expect(cancelled).toBe(true);
  });

  it("of exactly 16 KiB is answered, with a charset and other keys too", async () => {
    const { handler, key } = openCampus({ permits: [permit()] });
    const question = '{"plate":"GXK204","__proto__":{"locationId":"nowhere"},"constructor":1}';
    const response = await handler(
      lookupRequest(question.padEnd(16 * 1024), {
        "x-api-key": key,
        "content-type": "Application/JSON; charset=utf-8",
      }),
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ sessions: [{ permitId: "P-1" }] });
    expect(({} as Record<string, unknown>)["locationId"]).toBeUndefined();
  });

  it("that a parser has consumed is a named 500", async () => {
    const { handler, key } = openCampus();
    const request = lookupRequest({ plate: "GXK204" }, { "x-api-key": key });
    await request.text();
    expect(await refusalOf(await handler(request))).toEqual([500, "body_consumed"]);
  });

  it("that another reader has locked is a named 500", async () => {
    const { handler, key } = openCampus();
    const request = lookupRequest({ plate: "GXK204" }, { "x-api-key": key });
    request.body?.getReader();
    expect(await refusalOf(await handler(request))).toEqual([500, "body_consumed"]);
  });

  it("that breaks off gets no answer and no record", async () => {
    const { handler, key, audits } = openCampus();
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error("reset"));
      },
    });
    const init = { method: "POST", body: broken, duplex: "half", headers: { ...json, "x-api-key": key } };
    expect((await handler(new Request(url, init))).status).toBe(400);
    expect(audits).toEqual([]);
  });
});

describe("the reply", () => {
  it("depends on nothing that a client could forge", async () => {
    const { handler, key } = openCampus({
      permits: [permit()],
      publicUrl: "https://lookup.example/permits/",
    });
    const headers = {
      "x-api-key": key,
      host: "evil.test",
      "x-forwarded-host": "evil.test",
      "x-forwarded-proto": "evil",
    };
    const response = await handler(lookupRequest({ plate: "GXK204" }, headers));
    expect(JSON.stringify([[...response.headers], await response.text()])).not.toContain("evil");
  });

  it("never repeats the plate or the key in a refusal", async () => {
    const { handler, key } = openCampus();
    for (const question of [
      { plate: "GXK204-GXK204-GXK204" },
      { plate: "GXK204", state: 7 },
      '{"plate":"GXK204"',
    ]) {
      const text = await (await handler(lookupRequest(question, { "x-api-key": key }))).text();
      expect(text).not.toContain("GXK204");
      expect(text).not.toContain(key);
    }
  });
});

describe("a path", () => {
  it("is relative to the public URL", async () => {
    const paths: string[] = [];
    const dialect: LookupDialect = {
      ...probeDialect,
      parseQuery: ({ path, query }) => {
        paths.push(`${path} ${query}`);
        return { plate: "GXK204" };
      },
    };
    for (const publicUrl of ["https://lookup.example/api", "https://lookup.example"]) {
      const { handler, key } = openCampus({ provider: createT2FlexProvider({ dialect }), publicUrl });
      for (const address of ["/api", "/api/zones?a=b", "/apis", "/"]) {
        await handler(new Request(`http://10.0.0.1${address}`, { headers: { "x-api-key": key } }));
      }
    }
    expect(paths).toEqual(["/ ", "/zones a=b", "/apis ", "/ ", "/api ", "/api/zones a=b", "/apis ", "/ "]);
  });
});

describe("the clock", () => {
  it.each([
    () => new Date(Number.NaN),
    () => {
      throw new Error();
    },
  ])("that is broken is a 500, never an answer for another instant", async (clock) => {
    const { ask } = openCampus({ permits: [permit()], clock });
    const { status, audit } = await ask({ plate: "GXK204" });
    expect(status).toBe(500);
    expect(audit).toMatchObject({ reason: "internal_error", failure: { at: "service" } });
  });
});
