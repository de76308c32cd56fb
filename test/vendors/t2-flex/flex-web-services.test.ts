import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { Secret } from "../../../src/core/provider.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import type { FlexWebServicesOptions } from "../../../src/vendors/t2-flex/flex-web-services-config.ts";
import { createT2FlexProvider, type T2FlexProvider } from "../../../src/vendors/t2-flex/index.ts";
import { failureOf } from "../../support/registrations.ts";

const now = new Date("2026-09-15T12:00:00Z");
const PASSWORD = `p<a>&"s's wörd`;
const FACILITIES = [
  { uid: "2001", description: "Lot A" },
  { uid: "2002", description: `Arts & Science "Lot" <B>` },
];

function connect(options: { password?: Secret; facilities?: typeof FACILITIES; username?: string } = {}) {
  const { facilities = FACILITIES } = options;
  const sandbox = createSandbox({ flex: { username: "ws&user", password: PASSWORD, facilities } });
  const provider = createT2FlexProvider({
    flexWebServices: {
      ...{ baseUrl: "https://fundy.test/flex/", username: options.username ?? "ws&user" },
      ...{ password: options.password ?? PASSWORD, retries: 0, clock: () => now },
      fetch: sandbox.fetch as typeof fetch,
    },
  });
  return { sandbox, flex: sandbox.flex, provider };
}

async function places(provider: T2FlexProvider, options?: { signal?: AbortSignal }) {
  if (provider.listPlaces === undefined) throw new Error("It is configured.");
  return provider.listPlaces(options);
}

/** A reply that the services could give, in place of the sandbox's. */
function replyWith(content: string, status = 200) {
  const requests: Request[] = [];
  const provider = createT2FlexProvider({
    flexWebServices: {
      ...{ tenant: "fundy", username: "ws", password: "the-secret", retries: 0 },
      fetch: async (input, init) => {
        requests.push(new Request(input, init));
        return new Response(content, { status, headers: { "content-type": "text/xml" } });
      },
    },
  });
  return { provider, requests };
}

const SOAP = 'xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"';
const envelope = (body: string) =>
  `<?xml version="1.0"?><s:Envelope ${SOAP}><s:Body>${body}</s:Body></s:Envelope>`;
const quote = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const listReply = (result: string) =>
  envelope(
    `<GetFacilityListResponse xmlns="http://www.t2systems.com/"><GetFacilityListResult>${result}</GetFacilityListResult></GetFacilityListResponse>`,
  );

describe("the web services of Flex", () => {
  it("list the places, whose names are XML within XML", async () => {
    const { provider, flex } = connect();
    expect(await places(provider)).toEqual({
      places: [
        { id: "2001", name: "Lot A" },
        { id: "2002", name: `Arts & Science "Lot" <B>` },
      ],
      complete: true,
      fetchedAt: now,
    });
    expect(flex.requests).toEqual([
      { path: "/flex/T2_Flex_Occupancy.asmx", called: "GetFacilityList", status: 200 },
    ]);
  });

  it("may list none", async () => {
    expect(await places(connect({ facilities: [] }).provider)).toMatchObject({ places: [], complete: true });
  });

  it("give the provider a connection to check: available, and the credentials accepted", async () => {
    const { provider, flex } = connect();
    expect(await provider.checkConnection()).toEqual({
      status: "connected",
      message: "Flex's web services accept the credentials and show 2 facilities.",
    });
    expect(flex.requests.map(({ called }) => called)).toEqual(["IsFlexAvailable", "GetFacilityList"]);
  });

  it("are asked on sockets as well", async () => {
    const sandbox = createSandbox({ flex: { facilities: FACILITIES } });
    const { flexUrl, close } = await sandbox.listen();
    try {
      const { username, password } = sandbox.flex;
      const provider = createT2FlexProvider({ flexWebServices: { baseUrl: flexUrl, username, password } });
      expect((await places(provider)).places).toHaveLength(2);
    } finally {
      await close();
    }
  });

  it("are not there unless they are configured", async () => {
    const provider = createT2FlexProvider();
    expect(provider.listPlaces).toBeUndefined();
    expect(await provider.checkConnection()).toMatchObject({ status: "not_applicable" });
  });

  it.each([
    [{ tenant: "fundy" }, "https://fundy.t2flex.com/POWERPARKws/T2_Flex_Occupancy.asmx"],
    [{ tenant: "fundy", country: "US" }, "https://fundy.t2flex.com/POWERPARKws/T2_Flex_Occupancy.asmx"],
    [{ tenant: "fundy", country: "CA" }, "https://fundy.t2flex.ca/PowerParkWS/T2_Flex_Occupancy.asmx"],
    [{ baseUrl: "https://flex.fundy.test/ws/" }, "https://flex.fundy.test/ws/T2_Flex_Occupancy.asmx"],
  ] as const)("are at the host of %j", async (place, url) => {
    const requests: Request[] = [];
    const provider = createT2FlexProvider({
      flexWebServices: {
        ...{ ...place, username: "ws", password: "x", retries: 0 },
        fetch: async (input, init) => {
          requests.push(new Request(input, init));
          return new Response(listReply(quote("<FacilityList/>")));
        },
      },
    });
    await places(provider);
    const [request] = requests;
    expect(request?.url).toBe(url);
    expect(request?.headers.get("soapaction")).toBe('"http://www.t2systems.com/GetFacilityList"');
    expect(request?.headers.get("authorization")).toBeNull();
    expect(await request?.text()).toContain(
      "<version>1.0</version><username>ws</username><password>x</password>",
    );
  });
});

describe("errors of the web services", () => {
  it("come under 200: wrong credentials are unauthorized, in the services' words", async () => {
    const { provider, flex } = connect({ password: "wrong-secret" });
    const failure = await failureOf(() => places(provider));
    expect(failure).toMatchObject({
      ...{
        code: "unauthorized",
        status: 200,
        vendorCode: "1001",
        providerId: "t2-flex",
        operation: "listPlaces",
      },
      vendorMessage: "Invalid user name or password.",
    });
    expect(flex.requests).toHaveLength(1);
    expect(await failureOf(() => provider.checkConnection())).toMatchObject({ operation: "checkConnection" });
  });

  it("never show the credentials, even where the services repeat them", async () => {
    const list =
      "<T2ErrorList><Error><ErrorNumber>7</ErrorNumber><ErrorDescription>No login ws / the-secret</ErrorDescription></Error></T2ErrorList>";
    const { provider } = replyWith(listReply(quote(list)));
    const failure = await failureOf(() => places(provider));
    expect(failure.code).toBe("unauthorized");
    for (const said of [inspect(failure, { depth: 9, showHidden: true }), JSON.stringify(failure)]) {
      expect(said).not.toContain("the-secret");
    }
    expect(inspect(provider, { depth: 9, showHidden: true })).not.toContain("the-secret");
  });

  it("are rejected where they speak of anything else", async () => {
    const list =
      "<T2ErrorList><Error><ErrorNumber>42</ErrorNumber><ErrorDescription>Module not licensed</ErrorDescription></Error></T2ErrorList>";
    for (const result of [quote(list), list, `<![CDATA[${list}]]>`]) {
      const failure = await failureOf(() => places(replyWith(listReply(result)).provider));
      expect(failure).toMatchObject({
        code: "rejected",
        vendorCode: "42",
        vendorMessage: "Module not licensed",
      });
    }
    const empty = await failureOf(() => places(replyWith(listReply(quote("<T2ErrorList/>"))).provider));
    expect(empty).toMatchObject({ code: "rejected", message: expect.stringContaining("no reason given") });
  });

  it("ask a password function again after a refusal, and once only", async () => {
    const given = ["stale", PASSWORD, PASSWORD];
    const { provider, flex } = connect({ password: () => given.shift() ?? "" });
    expect((await places(provider)).places).toHaveLength(2);
    expect(flex.requests).toHaveLength(2);
    const same = connect({ password: async () => "always-wrong" });
    expect((await failureOf(() => places(same.provider))).code).toBe("unauthorized");
    expect(same.flex.requests).toHaveLength(1);
  });

  it("say that the services are not available", async () => {
    const { provider, flex } = connect();
    flex.available = false;
    const failure = await failureOf(() => provider.checkConnection());
    expect(failure).toMatchObject({ code: "unavailable", retryable: true });
    expect(flex.requests.map(({ called }) => called)).toEqual(["IsFlexAvailable"]);
  });

  it("are a fault with its words, a broken connection, or a redirect that nobody follows", async () => {
    const fault = envelope(
      "<s:Fault><faultcode>s:Server</faultcode><faultstring>Database down</faultstring></s:Fault>",
    );
    expect(await failureOf(() => places(replyWith(fault, 500).provider))).toMatchObject({
      ...{ code: "unavailable", status: 500, vendorCode: "s:Server", vendorMessage: "Database down" },
    });
    const { provider, sandbox } = connect();
    sandbox.flex.faults.add({ kind: "reset-before" });
    expect((await failureOf(() => places(provider))).code).toBe("unavailable");
    sandbox.flex.faults.add({ kind: "redirect", location: "https://elsewhere.test/" });
    expect((await failureOf(() => places(provider))).code).toBe("invalid_response");
  });

  it.each([400, 401, 403, 404, 429, 502])("are no verdict where a gateway says %i", async (status) => {
    const { provider } = replyWith("<html><title>Gateway</title></html>", status);
    const failure = await failureOf(() => places(provider));
    expect(failure).toMatchObject({
      status,
      retryable: true,
      code: status === 429 ? "rate_limited" : "unavailable",
    });
  });

  it("are refused by a fault, in its words", async () => {
    const fault = envelope(
      "<s:Fault><faultcode>s:Client</faultcode><faultstring>No such method</faultstring></s:Fault>",
    );
    for (const [status, code] of [
      [200, "rejected"],
      [400, "rejected"],
      [401, "unauthorized"],
    ] as const) {
      const failure = await failureOf(() => places(replyWith(fault, status).provider));
      expect(failure).toMatchObject({ code, vendorCode: "s:Client", vendorMessage: "No such method" });
    }
  });

  it.each([
    ["nothing", ""],
    ["a web page", "<!doctype html><title>Login</title>"],
    ["another envelope", "<Envelope><Body/></Envelope>"],
    ["another method", envelope('<XResponse xmlns="http://www.t2systems.com/"><XResult/></XResponse>')],
    ["no result", envelope('<GetFacilityListResponse xmlns="http://www.t2systems.com/"/>')],
    ["an empty result", listReply("")],
    ["a result that is no XML", listReply("true")],
    ["another list", listReply(quote("<PermitList/>"))],
    ["half a list", listReply(quote("<FacilityList><Facility"))],
    [
      "a document type within",
      listReply(quote('<!DOCTYPE x [<!ENTITY e "boom">]><FacilityList>&e;</FacilityList>')),
    ],
    ["a document type", `<!DOCTYPE x [<!ENTITY e "boom">]>${envelope("&e;").slice(21)}`],
    [
      "an unknown entity",
      listReply(quote('<FacilityList><Facility UID="1" Description="&e;"/></FacilityList>')),
    ],
    [
      "two results",
      envelope(
        `<GetFacilityListResponse xmlns="http://www.t2systems.com/"><GetFacilityListResult/><GetFacilityListResult/></GetFacilityListResponse>`,
      ),
    ],
    ["something very deep", listReply("<a>".repeat(5_000))],
  ])("are an unreadable reply where they give %s", async (_, content) => {
    const failure = await failureOf(() => places(replyWith(content).provider));
    expect(failure).toMatchObject({ code: "invalid_response", retryable: false });
    expect(failure.message).not.toContain("boom");
  });

  it("leave out a facility without an id, and say that the list is incomplete", async () => {
    const list =
      '<FacilityList><Facility UID="1" Description="A"/><Facility Description="B"/><Other/></FacilityList>';
    expect(await places(replyWith(listReply(quote(list))).provider)).toMatchObject({
      ...{ places: [{ id: "1", name: "A" }], complete: false },
    });
  });

  it("end with the caller's signal", async () => {
    const { provider } = connect();
    expect(await failureOf(() => places(provider, { signal: AbortSignal.abort() }))).toMatchObject({
      code: "aborted",
    });
    expect(await failureOf(() => places(provider, { sign: 1 } as never))).toMatchObject({
      ...{ code: "invalid_input", operation: "listPlaces" },
    });
  });
});

describe("the option flexWebServices", () => {
  const good: FlexWebServicesOptions = { tenant: "fundy", username: "ws", password: "x" };
  it.each<[Record<string, unknown>, string]>([
    [{ tenant: undefined }, "flexWebServices"],
    [{ baseUrl: "https://fundy.test/ws" }, "flexWebServices"],
    [{ tenant: "fundy.t2flex.com" }, "flexWebServices.tenant"],
    [{ tenant: "evil.test/" }, "flexWebServices.tenant"],
    [{ country: "FR" }, "flexWebServices.country"],
    [{ tenant: undefined, baseUrl: "http://fundy.test/ws" }, "flexWebServices.baseUrl"],
    [{ username: "" }, "flexWebServices.username"],
    [{ password: 7 }, "flexWebServices.password"],
    [{ retries: -1 }, "flexWebServices.retries"],
    [{ user: "x" }, "flexWebServices"],
  ])("refuses %j", async (change, field) => {
    const flexWebServices = { ...good, ...change } as FlexWebServicesOptions;
    const failure = await failureOf(() => createT2FlexProvider({ flexWebServices }));
    expect(failure).toMatchObject({ code: "invalid_config", field });
  });
});

describe("the sandbox of the web services", () => {
  const ask = async (change: {
    path?: string;
    method?: string;
    headers?: Record<string, string>;
    body?: string;
  }) => {
    const { flex } = createSandbox({ flex: { username: "ws", password: "x" } });
    const content =
      '<IsFlexAvailable xmlns="http://www.t2systems.com/"><version>1.0</version><username>ws</username><password>x</password></IsFlexAvailable>';
    const body = `<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>${content}</soap:Body></soap:Envelope>`;
    const { path = "/T2_Flex_Misc.asmx", method = "POST" } = change;
    const headers = { "content-type": "text/xml", soapaction: '"http://www.t2systems.com/IsFlexAvailable"' };
    const response = await flex.fetch(`https://flex.test${path}`, {
      ...{ method, headers: { ...headers, ...change.headers } },
      ...(method === "POST" ? { body: change.body ?? body } : {}),
    });
    return response.status;
  };

  it.each<[string, Parameters<typeof ask>[0], number]>([
    ["what the services take", {}, 200],
    ["another HTTP method", { method: "GET" }, 405],
    ["another media type", { headers: { "content-type": "application/json" } }, 415],
    ["no SOAPAction", { headers: { soapaction: "" } }, 500],
    ["another service", { path: "/T2_Flex_Occupancy.asmx" }, 404],
    ["no XML", { body: "{" }, 500],
    ["a document type", { body: "<!DOCTYPE x><x/>" }, 500],
    ["another envelope", { body: "<x/>" }, 500],
    [
      "a call of another method",
      {
        headers: { soapaction: '"http://www.t2systems.com/GetFacilityList"' },
        path: "/T2_Flex_Occupancy.asmx",
      },
      500,
    ],
  ])("is strict about %s", async (_, change, status) => {
    expect(await ask(change)).toBe(status);
  });

  it("refuses an old password after a rotation", async () => {
    const { provider, flex } = connect();
    flex.setPassword("next");
    expect((await failureOf(() => places(provider))).code).toBe("unauthorized");
  });
});
