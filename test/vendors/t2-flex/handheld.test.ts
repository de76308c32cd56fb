import { describe, expect, it, vi } from "vitest";
import type { HandheldCredential, HandheldOptions } from "../../../src/core/lookup/handheld.ts";
import {
  createHandheld,
  createHandheldWith,
  type T2FlexHandheldDialect,
} from "../../../src/vendors/t2-flex/sandbox/sandbox.ts";
import { handTimers } from "../../support/hand-timers.ts";

const URL_OF_LOOKUP = "https://parking.test/lookup";
const CREDENTIAL: HandheldCredential = { scheme: "api-key", key: "key-1" };

interface Change {
  [field: string]: unknown;
}

const session = (change: Change = {}): Change => ({
  id: "1",
  permitId: "permit-1",
  plate: "ABC123",
  state: "NB",
  startDateTime: "2026-09-01T08:00:00-03:00",
  endDateTime: "2026-09-02T08:00:00.000Z",
  createdDateTime: "2026-08-01T08:00:00Z",
  location: "Downtown Lot",
  tenantName: "University",
  ...change,
});

function createWith(
  answer: (request: Request) => Response | Promise<Response>,
  credential = CREDENTIAL,
  timeoutMs = 60_000,
) {
  const requests: Request[] = [];
  const timers = handTimers();
  const options: HandheldOptions<T2FlexHandheldDialect> = {
    url: URL_OF_LOOKUP,
    credential,
    timeoutMs,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      requests.push(request.clone());
      return await answer(request);
    },
  };
  return { handheld: createHandheldWith(options, timers), requests, timers };
}

const replying = (body: unknown, status = 200) => createWith(() => Response.json(body, { status })).handheld;

describe("the question", () => {
  it("is a POST of JSON with what the officer typed, and nothing else", async () => {
    const { handheld, requests } = createWith(() => Response.json({ sessions: [] }));

    await handheld.lookup({ plate: "abc 123", state: "New Brunswick", locationId: "lot-1" });
    await handheld.lookup({ plate: "abc 123", signal: new AbortController().signal });

    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array(2).fill(`POST ${URL_OF_LOOKUP}`),
    );
    expect(requests[0]?.headers.get("content-type")).toBe("application/json");
    expect(await Promise.all(requests.map((request) => request.json()))).toEqual([
      { plate: "abc 123", state: "New Brunswick", locationId: "lot-1" },
      { plate: "abc 123" },
    ]);
  });

  it.each<[HandheldCredential, string, string]>([
    [{ scheme: "api-key", key: "key-1" }, "x-api-key", "key-1"],
    [{ scheme: "bearer", token: "token-1" }, "authorization", "Bearer token-1"],
    [
      { scheme: "basic", username: "flex", password: "pässword" },
      "authorization",
      "Basic ZmxleDpww6Rzc3dvcmQ=",
    ],
  ])("carries its credential: %o", async (credential, header, value) => {
    const { handheld, requests } = createWith(() => Response.json({ sessions: [] }), credential);

    await handheld.lookup({ plate: "A" });

    expect(requests[0]?.headers.get(header)).toBe(value);
  });
});

describe("the screen", () => {
  it("shows the first record", async () => {
    const first = session();
    const second = session({ id: "2", state: null, endDateTime: null, createdDateTime: null });

    const answer = await replying({ sessions: [first, second] }).lookup({ plate: "A" });

    expect(answer).toEqual({ shows: "permit", session: first, sessions: [first, second] });
  });

  it("treats an empty state as unknown", async () => {
    const answer = await replying({ sessions: [session({ state: "" })] }).lookup({ plate: "A" });
    expect(answer).toMatchObject({ shows: "permit", session: { state: "" } });
  });

  it("shows none for an empty list", async () => {
    expect(await replying({ sessions: [] }).lookup({ plate: "A" })).toEqual({ shows: "none" });
  });

  it.each([400, 401, 403, 404, 429])("shows refused for status %i", async (status) => {
    expect(await replying({}, status).lookup({ plate: "A" })).toEqual({ shows: "refused", status });
  });

  it.each([204, 302, 500, 503])("shows unavailable for status %i", async (status) => {
    const { handheld } = createWith(() => new Response(null, { status }));

    expect(await handheld.lookup({ plate: "A" })).toEqual({ shows: "unavailable", why: `status ${status}` });
  });

  it.each<[unknown, string]>([
    [undefined, "The reply must be a JSON object"],
    [[], "The reply must be a JSON object"],
    [{}, "sessions must be an array"],
    [{ sessions: [], total: 0 }, "The reply has unknown total"],
    [{ sessions: ["x"] }, "sessions[0] must be an object"],
    [{ sessions: [session({ id: 1 })] }, "sessions[0].id must be text"],
    [{ sessions: [session({ permitId: undefined })] }, "sessions[0].permitId must be text"],
    [{ sessions: [session({ plate: "" })] }, "sessions[0].plate must not be empty"],
    [{ sessions: [session({ state: undefined })] }, "sessions[0].state must be text"],
    [
      { sessions: [session({ startDateTime: "2026-09-01T08:00:00" })] },
      "sessions[0].startDateTime must be an ISO 8601 time with an offset",
    ],
    [
      { sessions: [session(), session({ endDateTime: "never" })] },
      "sessions[1].endDateTime must be an ISO 8601 time with an offset",
    ],
    [{ sessions: [session({ location: null })] }, "sessions[0].location must be text"],
    [{ sessions: [session({ tenantName: undefined })] }, "sessions[0].tenantName must be text"],
    [{ sessions: [session({ holder: "x" })] }, "sessions[0] has unknown holder"],
  ])("shows unavailable and names the field: %#", async (body, why) => {
    const { handheld } = createWith(() => new Response(JSON.stringify(body) ?? "<html>"));

    expect(await handheld.lookup({ plate: "A" })).toEqual({ shows: "unavailable", why });
  });

  it("shows unavailable when the network fails, without the address", async () => {
    const { handheld } = createWith(() => {
      throw new TypeError("fetch failed", {
        cause: Object.assign(new Error(URL_OF_LOOKUP), { code: "ECONNREFUSED" }),
      });
    });

    expect(await handheld.lookup({ plate: "A" })).toEqual({
      shows: "unavailable",
      why: "no connection: ECONNREFUSED",
    });
  });

  it("shows unavailable when no reply arrives in time", async () => {
    const { handheld, timers } = createWith(() => new Promise(() => {}), CREDENTIAL, 50);

    const lookup = handheld.lookup({ plate: "A" });
    expect(timers.set).toEqual([50]);
    timers.fire();

    expect(await lookup).toEqual({
      shows: "unavailable",
      why: "no reply within 50 ms",
    });
  });
});

describe("an aborted lookup", () => {
  it("rejects with the signal's reason", async () => {
    const { handheld, requests } = createWith(() => new Promise(() => {}));
    const officer = new AbortController();

    const lookup = handheld.lookup({ plate: "A", signal: officer.signal });
    await vi.waitUntil(() => requests.length === 1, { timeout: 120_000 });
    officer.abort(new Error("walked on"));

    await expect(lookup).rejects.toThrow("walked on");
    await expect(handheld.lookup({ plate: "A", signal: officer.signal })).rejects.toThrow("walked on");
    expect(requests).toHaveLength(1);
  });
});

describe("options", () => {
  const wrong: [string, object, string][] = [
    ["an unknown option", { timeout: 5 }, '"timeout"'],
    ["another dialect", { dialect: "morse" }, "dialect"],
    ["iris without its token", { dialect: "iris" }, "credential.scheme"],
    ["another scheme", { credential: { scheme: "digest" } }, "credential.scheme"],
    ["an empty key", { credential: { scheme: "api-key", key: "" } }, "credential.key"],
    ["a mixed credential", { credential: { scheme: "bearer", token: "t", key: "k" } }, '"key"'],
  ];
  it.each(wrong)("are refused for %s", (_, change, words) => {
    expect(() => createHandheld({ url: URL_OF_LOOKUP, credential: CREDENTIAL, ...change })).toThrow(words);
  });
});

function speak(dialect: "iris" | "genetec", answer: () => Response, url = URL_OF_LOOKUP) {
  const requests: Request[] = [];
  const handheld = createHandheld({
    url,
    dialect,
    credential:
      dialect === "iris"
        ? { scheme: "username-token", username: "flex", password: "p<&>", token: "t'\"" }
        : { scheme: "api-key", key: "key-1", header: "ApiKey" },
    fetch: async (input, init) => {
      requests.push(new Request(input, init));
      return answer();
    },
  });
  return { handheld, requests };
}

describe("a handheld that speaks genetec", () => {
  const permit = (change: Change = {}): Change => ({
    PermitId: "P-1",
    PlateNumber: "ABC123",
    PlateState: "NB",
    Make: "",
    Color: "",
    Activation: "2026-09-01T08:00:00Z",
    Expiry: "2026-09-02T08:00:00.000Z",
    ...change,
  });
  const replyOf = (...permits: Change[]) => ({ PermitZones: [{ ZoneId: "lot-1", Permits: permits }] });

  it("calls paths below the URL, with or without a slash at its end", async () => {
    for (const url of ["https://parking.test/lookup", "https://parking.test/lookup/"]) {
      const { handheld, requests } = speak("genetec", () => Response.json({}, { status: 404 }), url);
      await handheld.lookup({ plate: "abc 123", state: "NB", locationId: "lot-1" });
      await handheld.lookup({ plate: "abc 123" });
      expect(requests.map(({ method, url: asked }) => `${method} ${asked}`)).toEqual(
        Array(2).fill("POST https://parking.test/lookup/api/pbp/v2014-06/permits/search"),
      );
      expect(requests[0]?.headers.get("apikey")).toBe("key-1");
      expect(await Promise.all(requests.map((request) => request.json()))).toEqual([
        { PlateNumbers: ["abc 123"], ZoneIds: ["lot-1"] },
        { PlateNumbers: ["abc 123"], ZoneIds: [] },
      ]);
    }
  });

  it("shows the first permit of the first zone, and no start for the smallest date", async () => {
    const reply = replyOf(permit({ Activation: "0001-01-01T00:00:00" }), permit());
    const { handheld } = speak("genetec", () => Response.json(reply));
    expect(await handheld.lookup({ plate: "A" })).toMatchObject({
      shows: "permit",
      session: {
        permitId: "P-1",
        location: "lot-1",
        startDateTime: null,
        endDateTime: "2026-09-02T08:00:00.000Z",
      },
      sessions: { length: 2 },
    });
  });

  it.each<[number, unknown, Change]>([
    [404, {}, { shows: "none" }],
    [503, {}, { shows: "unavailable", why: "status 503" }],
    [401, {}, { shows: "refused", status: 401 }],
    [200, { PermitZones: [] }, { shows: "unavailable", why: "PermitZones must not be empty" }],
    [200, replyOf(), { shows: "unavailable", why: "PermitZones[0].Permits must not be empty" }],
    [
      200,
      replyOf(permit({ Expiry: "2026-09-02T08:00:00-03:00" })),
      { shows: "unavailable", why: "PermitZones[0].Permits[0].Expiry must be in UTC" },
    ],
  ])("shows for status %i and %j", async (status, body, shown) => {
    const { handheld } = speak("genetec", () => Response.json(body, { status }));
    expect(await handheld.lookup({ plate: "A" })).toEqual(shown);
  });
});

describe("a handheld that speaks iris", () => {
  const info = (status: string, expiry = "2026-09-02T08:00:00Z") =>
    `<plateInfo><expiryDate>${expiry}</expiryDate><purchasedDate>2026-09-01T08:00:00Z</purchasedDate><plateNumber>ABC123</plateNumber><regionName>Lot &amp; 1</regionName><status>${status}</status></plateInfo>`;
  const reply = (inner: string) =>
    `<e:Envelope xmlns:e="urn:e"><e:Body><p:PlateInfoByPlateResponse xmlns:p="urn:p">${inner}</p:PlateInfoByPlateResponse></e:Body></e:Envelope>`;

  it("sends user name, password, token and plate as XML, correctly escaped", async () => {
    const { handheld, requests } = speak("iris", () => new Response(reply("")));
    await handheld.lookup({ plate: "gö 1<", state: "NB", locationId: "lot-1" });
    const text = (await requests[0]?.text()) ?? "";
    expect(requests[0]?.headers.get("content-type")).toBe("text/xml; charset=utf-8");
    expect(text).toContain("<w:Username>flex</w:Username>");
    expect(text).toContain("p&#60;&#38;&#62;</w:Password>");
    expect(text).toContain("<token>t&#39;&#34;</token><plateNumber>g&#246; 1&#60;</plateNumber>");
    expect(text).not.toContain("lot-1");
  });

  it.each<[string, string, Change]>([
    [
      "a valid plate",
      reply(info("Valid")),
      { shows: "permit", session: { plate: "ABC123", location: "Lot & 1" } },
    ],
    [
      "an ended one",
      reply(info("Expired")),
      { shows: "expired", session: { endDateTime: "2026-09-02T08:00:00Z" } },
    ],
    ["none", reply(""), { shows: "none" }],
    ["another status", reply(info("Maybe")), { shows: "unavailable" }],
    ["a local time", reply(info("Valid", "2026-09-02T08:00:00")), { shows: "unavailable" }],
    ["two records", reply(info("Valid") + info("Valid")), { shows: "unavailable" }],
    [
      "a fault under 200",
      reply("").replaceAll("PlateInfoByPlateResponse", "Fault"),
      { shows: "unavailable" },
    ],
    ["JSON", "{}", { shows: "unavailable", why: "The reply must be XML" }],
  ])("shows %s", async (_, body, shown) => {
    const { handheld } = speak("iris", () => new Response(body));
    expect(await handheld.lookup({ plate: "A" })).toMatchObject(shown);
  });
});
