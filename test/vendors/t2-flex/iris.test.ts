import { describe, expect, it } from "vitest";
import { iris } from "../../../src/vendors/t2-flex/dialects/iris/iris.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/index.ts";
import { minutes, openCampus, permit } from "../../lookup/campus.ts";
import { type IrisParts, PLATE_INFO, toIrisMessage } from "./iris-messages.ts";

const address = "https://lookup.test/services/PlateInfoService";

function open(options: Parameters<typeof openCampus>[0] = {}) {
  const campus = openCampus({
    provider: createT2FlexProvider({ dialect: iris }),
    publicUrl: address,
    permits: [permit()],
    ...options,
  });
  const known = { username: campus.username, password: campus.key, token: campus.key };
  return { ...campus, send, ask: (parts: IrisParts = {}) => send(toIrisMessage({ ...known, ...parts })) };

  async function send(body: string, headers: Record<string, string> = {}) {
    const request = new Request(address, {
      method: "POST",
      headers: { "content-type": "text/xml; charset=utf-8", ...headers },
      body,
    });
    const response = await campus.handler(request);
    expect(response.headers.get("content-type")).toBe("text/xml; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-store");
    return { status: response.status, text: await response.text() };
  }
}

const codeIn = (text: string) => /<errCode>(\w+)<\/errCode>/.exec(text)?.[1];

describe("an answer", () => {
  it("is a plateInfo with UTC times", async () => {
    const { status, text } = await open().ask();
    expect(status).toBe(200);
    expect(text).toContain(
      `<info:PlateInfoByPlateResponse xmlns:info="${PLATE_INFO}"><plateInfo><expiryDate>2026-11-21T16:00:00.000Z</expiryDate><purchasedDate>2026-11-21T14:00:00.000Z</purchasedDate><plateNumber>GXK204</plateNumber><regionName>Lot 1</regionName><status>Valid</status></plateInfo></info:PlateInfoByPlateResponse>`,
    );
  });

  it("has the purchase date where it is known, and a distant end for an open-ended permit", async () => {
    const { text } = await open({ permits: [permit({ createdAt: minutes(-90), validTo: null })] }).ask();
    expect(text).toContain("<purchasedDate>2026-11-21T13:30:00.000Z</purchasedDate>");
    expect(text).toContain("<expiryDate>2099-12-31T23:59:59.000Z</expiryDate>");
  });

  it("is Expired for the permit that ended last, and only at places in the credential's scope", async () => {
    const permits = [
      permit({ id: "LAST", validTo: minutes(-10), locationIds: ["lot-2"] }),
      permit({ id: "LONG AGO", validTo: minutes(-30) }),
      permit({ id: "SHUT", validTo: minutes(-5), locationIds: ["closed"] }),
      permit({ id: "OTHERS", companyId: "tantramar", validTo: minutes(-1), locationIds: ["quad"] }),
    ];
    const { text } = await open({ permits }).ask();
    expect(text).toContain("<regionName>Lot 2</regionName><status>Expired</status>");
    expect(text).toContain("<expiryDate>2026-11-21T14:50:00.000Z</expiryDate>");
    const narrow = await open({ permits, locationIds: ["lot-1"] }).ask();
    expect(narrow.text).toContain("<regionName>Lot 1</regionName><status>Expired</status>");
  });

  it.each([
    ["nobody", []],
    ["a permit that starts later", [permit({ validFrom: minutes(1) })]],
    ["a permit at a switched-off place", [permit({ locationIds: ["closed"] })]],
    [
      "a plate that only looks alike",
      [permit({ plates: [{ raw: "GXK2O4", number: "GXK2O4" }], validTo: minutes(-5) })],
    ],
  ])("is a response without plateInfo for %s", async (_, permits) => {
    const { status, text } = await open({ permits }).ask();
    expect([status, text.includes("PlateInfoByPlateResponse"), text.includes("plateInfo>")]).toEqual([
      200,
      true,
      false,
    ]);
  });

  it("escapes its content", async () => {
    const directory = {
      getCompany: () => ({ id: "fundy", name: "F", providers: { "t2-flex": { enabled: true } } }),
      listLocations: () => [
        {
          id: "lot-1",
          companyId: "fundy",
          name: `<b>&"'\u0001`,
          providers: { "t2-flex": { enabled: true } },
        },
      ],
    };
    const { text } = await open({ directory }).ask();
    expect(text).toContain("<regionName>&lt;b&gt;&amp;&quot;&apos;\ufffd</regionName>");
  });
});

describe("a question", () => {
  it.each<[string, IrisParts]>([
    [
      "with its parts in the namespace",
      {
        content: `<p:getPlateInfo xmlns:p="${PLATE_INFO}"><p:token>TOKEN</p:token><p:plateNumber>gxk 204</p:plateNumber></p:getPlateInfo>`,
      },
    ],
    [
      "with its parts in none",
      {
        content: `<p:PlateInfoByPlateRequest xmlns:p="${PLATE_INFO}"><token>\n TOKEN </token><plateNumber>\n GXK-204\n</plateNumber></p:PlateInfoByPlateRequest>`,
      },
    ],
    ["with CDATA, comments and references", { plate: "<![CDATA[GX]]>K<!-- - -->&#50;&#x30;4" }],
    ["behind a byte order mark", { prolog: "\ufeff" }],
    ["with instructions", { prolog: "<?xml version='1.0'?><?made by='hand'?><!-- hello -->" }],
  ])("%s is read", async (_, parts) => {
    const { ask, key } = open();
    const content = parts.content?.replace("TOKEN", key);
    const { status, text } = await ask({ ...parts, ...(content === undefined ? {} : { content }) });
    expect([status, text.includes("Valid")]).toEqual([200, true]);
  });

  it("may come with HTTP Basic in place of the security header, and still needs the token", async () => {
    const { send, username, key } = open();
    const authorization = `Basic ${btoa(`${username}:${key}`)}`;
    expect((await send(toIrisMessage({ header: "", token: key }), { authorization })).status).toBe(200);
    expect((await send(toIrisMessage({ header: "", token: "wrong" }), { authorization })).status).toBe(401);
    expect((await send(toIrisMessage({ header: "", token: "" }), { authorization })).status).toBe(401);
  });

  const manyAttributes = Array.from({ length: 900 }, (_, index) => `xmlns:a${index}="u"`).join(" ");
  const request = (inner: string, namespace = PLATE_INFO) =>
    `<r:PlateInfoByPlateRequest xmlns:r="${namespace}">${inner}</r:PlateInfoByPlateRequest>`;
  it.each<[string, IrisParts, number, string]>([
    ["no plate", { content: request("<token>TOKEN</token>") }, 400, "invalid_request"],
    [
      "two plates",
      { content: request("<token>TOKEN</token><plateNumber>A</plateNumber><plateNumber>B</plateNumber>") },
      400,
      "invalid_request",
    ],
    ["a plate with elements in it", { plate: "GXK<b/>204" }, 400, "invalid_request"],
    ["an empty plate", { plate: "" }, 503, "undetermined"],
    ["a plate that cannot be read", { plate: "GX&#xFFFD;204" }, 503, "undetermined"],
    [
      "another operation",
      { content: `<r:RegionRequest xmlns:r="${PLATE_INFO}"><token>TOKEN</token></r:RegionRequest>` },
      404,
      "not_supported",
    ],
    [
      "a list operation",
      { content: `<r:getValidPlates xmlns:r="${PLATE_INFO}"><token>TOKEN</token></r:getValidPlates>` },
      404,
      "not_supported",
    ],
    // Its token is in another namespace too, so it does not count.
    [
      "another namespace",
      { content: `<r:x xmlns:r="urn:other" xmlns:p="${PLATE_INFO}"><p:token>TOKEN</p:token></r:x>` },
      400,
      "invalid_request",
    ],
    ["no token", { content: request("<plateNumber>GXK204</plateNumber>") }, 401, "unauthorized"],
    [
      "two tokens",
      { content: request("<token>TOKEN</token><token>TOKEN</token><plateNumber>GXK204</plateNumber>") },
      401,
      "unauthorized",
    ],
    [
      "a token of another namespace",
      { content: request(`<o:token xmlns:o="urn:other">TOKEN</o:token><plateNumber>GXK204</plateNumber>`) },
      401,
      "unauthorized",
    ],
    ["an empty body", { content: "" }, 401, "unauthorized"],
    [
      "two operations",
      { content: request("<token>TOKEN</token>") + request("<token>TOKEN</token>") },
      401,
      "unauthorized",
    ],
    ["SOAP 1.2", { namespace: "http://www.w3.org/2003/05/soap-envelope" }, 401, "unauthorized"],
    ["no credential", { header: "" }, 401, "unauthorized"],
    ["a document type", { prolog: '<!DOCTYPE x SYSTEM "file:///etc/passwd">' }, 401, "unauthorized"],
    [
      "an entity bomb",
      { prolog: '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>', plate: "&b;" },
      401,
      "unauthorized",
    ],
    ["an unknown entity", { plate: "&b;" }, 401, "unauthorized"],
    ["a reference to no character", { plate: "GXK204&#0;" }, 401, "unauthorized"],
    ["a prefix that stands for nothing", { plate: "<x:y/>" }, 401, "unauthorized"],
    ["deep nesting", { plate: `${"<a>".repeat(500)}${"</a>".repeat(500)}` }, 401, "unauthorized"],
    ["more elements than any question has", { plate: "<b/>".repeat(3_000) }, 401, "unauthorized"],
    ["more attributes than any question has", { plate: `<b ${manyAttributes}/>` }, 401, "unauthorized"],
    ["a prototype key", { content: "<__proto__/>" }, 401, "unauthorized"],
    ["a constructor", { content: "<constructor/>" }, 401, "unauthorized"],
  ])("with %s", async (_, parts, status, code) => {
    const { ask, key, username } = open();
    const content = parts.content?.replaceAll("TOKEN", key);
    const reply = await ask({ ...parts, ...(content === undefined ? {} : { content }) });
    expect([reply.status, codeIn(reply.text)]).toEqual([status, code]);
    for (const secret of [key, username, "GXK204", "passwd"]) expect(reply.text).not.toContain(secret);
  });

  it.each([
    "",
    "<",
    "GXK204",
    "{}",
    "<a>".repeat(4_000),
    `<a ${"b='c' ".repeat(1_000)}/>`,
    "&".repeat(16_000),
  ])("that is no envelope (%#) has no credential", async (body) => {
    expect((await open().send(body)).status).toBe(401);
  });

  it("of another content type is 415, a larger one 413, by GET 405, each a fault", async () => {
    const { send, handler } = open();
    expect((await send("{}", { "content-type": "application/json" })).status).toBe(415);
    const large = await send("x".repeat(17_000));
    expect([large.status, codeIn(large.text)]).toEqual([413, "body_too_large"]);
    const response = await handler(new Request(address));
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
    expect(codeIn(await response.text())).toBe("method_not_allowed");
  });
});

describe("the password", () => {
  it("is also the token, where the credential has no tokenHashes", async () => {
    const { ask, key } = open();
    expect((await ask({ token: key })).status).toBe(200);
    expect((await ask({ token: `${key}x` })).status).toBe(401);
  });

  it.each(["PasswordDigest", "urn:unknown"])("as %s does not authenticate", async (type) => {
    const { send, username, key } = open();
    const message = toIrisMessage({ username, password: key, token: key });
    const typed = (value: string) => message.replace("<wsse:Password>", `<wsse:Password Type="${value}">`);
    expect((await send(typed(type))).status).toBe(401);
    const profile = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";
    expect((await send(typed(`${profile}#PasswordText`))).status).toBe(200);
  });

  it("in two tokens is refused, because it is ambiguous", async () => {
    const { send, username, key } = open();
    const message = toIrisMessage({ username, password: key, token: key });
    const token = /<wsse:UsernameToken>.*<\/wsse:UsernameToken>/.exec(message)?.[0] ?? "";
    expect((await send(message.replace(token, token + token))).status).toBe(401);
  });
});

describe("a source that fails", () => {
  it("is a fault of the server, under 503", async () => {
    const { status, text } = await open({ findPermits: () => Promise.reject(new Error()) }).ask();
    expect([status, codeIn(text)]).toEqual([503, "undetermined"]);
    expect(text).toContain("<faultcode>soap:Server</faultcode>");
  });

  it("is no plateInfo when the host chose deny", async () => {
    const options = { findPermits: () => Promise.reject(new Error()), whenUndetermined: "deny" } as const;
    const { status, text } = await open(options).ask();
    expect([status, text.includes("plateInfo>")]).toEqual([200, false]);
  });
});

describe("the WSDL", () => {
  it.each(["?wsdl", "?WSDL", "?wsdl=1", "?a=b&wsdl"])(
    "is served without a credential at %s, with the handler's own address only",
    async (query) => {
      const { handler, audits } = open({ publicUrl: "https://lookup.test/a?b=1&c='2'" });
      const headers = { host: "evil.test", "x-forwarded-host": "evil.test" };
      const response = await handler(new Request(`http://10.0.0.1/anywhere${query}`, { headers }));
      const text = await response.text();
      expect(response.status).toBe(200);
      expect(text).toContain('<soap:address location="https://lookup.test/a?b=1&amp;c=&apos;2&apos;"/>');
      expect(text).not.toMatch(/evil|10\.0\.0\.1/);
      expect(audits).toMatchObject([{ status: "served", reason: "document", httpStatus: 200 }]);
    },
  );

  it("without a publicUrl is a 404 that names the remedy", async () => {
    const { handler, key, username, audits } = openCampus({
      provider: createT2FlexProvider({ dialect: iris }),
    });
    const response = await handler(new Request("http://10.0.0.1/?wsdl"));
    const text = await response.text();
    expect([response.status, codeIn(text)]).toEqual([404, "public_url_missing"]);
    expect(text).toContain("publicUrl");
    expect(audits[0]).toMatchObject({ status: "refused", reason: "public_url_missing" });
    expect([text.includes(key), text.includes(username)]).toEqual([false, false]);
  });

  it("is not the reply to a query of that name by POST", async () => {
    const { handler } = open();
    const request = new Request(`${address}?wsdl`, {
      method: "POST",
      headers: { "content-type": "text/xml" },
      body: "<a/>",
    });
    expect((await handler(request)).status).toBe(401);
  });
});
