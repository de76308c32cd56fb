import { describe, expect, it } from "vitest";
import { basicAuth } from "../../../src/lookup/auth/authorizers.ts";
import { issueCredentials } from "../../../src/lookup/auth/issue-credentials.ts";
import { iris } from "../../../src/vendors/t2-flex/dialects/iris/iris.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/index.ts";
import { openCampus, permit } from "../../lookup/campus.ts";
import { type IrisParts, toIrisMessage } from "./iris-messages.ts";

// How a client of `iris` authenticates, and what the audit records when that fails.

const SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";

function open(options: Parameters<typeof openCampus>[0] = {}) {
  const campus = openCampus({
    provider: createT2FlexProvider({ dialect: iris }),
    permits: [permit()],
    ...options,
  });
  const known = { username: campus.username, password: campus.key, token: campus.key };
  const send = async (body: string, headers: Record<string, string> = {}) => {
    const response = await campus.handler(
      new Request("https://lookup.test/", {
        method: "POST",
        headers: { "content-type": "text/xml", ...headers },
        body,
      }),
    );
    return { status: response.status, text: await response.text(), audit: campus.audits.at(-1) };
  };
  return { ...campus, message: (parts: IrisParts = {}) => toIrisMessage({ ...known, ...parts }), send };
}

const basic = (username: string, password: string) => ({
  authorization: `Basic ${btoa(`${username}:${password}`)}`,
});

describe("a Basic header that a reverse proxy has added", () => {
  it.each([
    ["of another name", basic("proxy", "its-own-secret")],
    ["without a name", basic("", "x")],
    ["that is no Basic header", { authorization: "Basic !!!" }],
    ["of another scheme", { authorization: "Bearer abc" }],
  ])("%s does not hide the UsernameToken", async (_, headers) => {
    const { send, message } = open();
    const { status, text } = await send(message(), headers);
    expect([status, text.includes("Valid")]).toEqual([200, true]);
  });

  it("of a known name, with another password, does not hide it either", async () => {
    const { send, message, username } = open();
    expect((await send(message(), basic(username, "wrong"))).status).toBe(200);
  });

  it.each([
    ["at once", (name: string) => ({ fails: name === "proxy" })],
    ["later", async (name: string) => ({ fails: name === "proxy" })],
  ])(
    "for which the store fails %s does not hide it, and the failure counts where nothing else authenticates",
    async (_, judge) => {
      const { username, password, stored } = issueCredentials({ companyId: "fundy" });
      const find = (name: string) => {
        const judged = judge(name);
        const answer = ({ fails }: { fails: boolean }) => {
          if (fails) throw new RangeError("no such name");
          return name === username ? stored : undefined;
        };
        return judged instanceof Promise ? judged.then(answer) : answer(judged);
      };
      const { send, message } = open({ authorize: basicAuth({ find }) });
      const proxy = basic("proxy", "its-own-secret");
      const known = { username, password, token: password };
      expect((await send(message(known), proxy)).status).toBe(200);
      const { status, audit } = await send(message({ ...known, password: "wrong" }), proxy);
      expect([status, audit?.failure?.at]).toEqual([503, "credentials"]);
    },
  );

  it("still authenticates on its own", async () => {
    const { send, message, username, key } = open();
    expect((await send(message({ header: "" }), basic(username, key))).status).toBe(200);
    expect((await send(message({ password: "wrong" }), basic(username, key))).status).toBe(200);
  });

  it("and a wrong UsernameToken are one failed authentication", async () => {
    let consumed = 0;
    const throttle = {
      consume: async () => {
        consumed += 1;
      },
    };
    const { send, message } = open({ throttle });
    expect((await send(message({ password: "wrong" }), basic("proxy", "x"))).status).toBe(401);
    expect(consumed).toBe(1);
  });
});

const password = (type: string, text = "P4SSWORD") =>
  `<wsse:Security xmlns:wsse="${SECURITY}"><wsse:UsernameToken><wsse:Username>USER</wsse:Username><wsse:Password Type="${type}">${text}</wsse:Password></wsse:UsernameToken></wsse:Security>`;
const token = (inner: string) =>
  `<wsse:Security xmlns:wsse="${SECURITY}"><wsse:UsernameToken>${inner}</wsse:UsernameToken></wsse:Security>`;

describe("a credential that cannot be read is 401 for the client, and the audit says why", () => {
  it.each<[string, IrisParts | string, string]>([
    ["nothing", "", "body: is empty"],
    ["JSON", "{}", "body: is not well-formed XML"],
    ["an envelope that was cut off", "<soapenv:Envelope", "body: is not well-formed XML"],
    ["a document type", { prolog: "<!DOCTYPE x>" }, "body: must have no document type declaration"],
    [
      "SOAP 1.2",
      { namespace: "http://www.w3.org/2003/05/soap-envelope" },
      "body: must be a SOAP 1.1 envelope",
    ],
    ["an empty body", { content: "" }, "Body: must hold one element"],
    [
      "two Security headers",
      { header: password("PasswordText").repeat(2) },
      "Security: must stand there once",
    ],
    [
      "two UsernameTokens",
      { header: token("</wsse:UsernameToken><wsse:UsernameToken>") },
      "UsernameToken: must stand there once",
    ],
    [
      "the short type PasswordText",
      { header: password("PasswordText") },
      `Password: has the short Type "PasswordText"; the whole URI must be written: ${PROFILE}#PasswordText`,
    ],
    [
      "the fragment alone",
      { header: password("#PasswordText") },
      'Password: has the short Type "#PasswordText"',
    ],
    ["the short type PasswordDigest", { header: password("PasswordDigest") }, "Password: is a digest"],
    ["a digest", { header: password(`${PROFILE}#PasswordDigest`) }, "Password: is a digest"],
    ["another type", { header: password("urn:GXK204") }, "Password: has an unknown Type"],
    ["no password", { header: token("<wsse:Username>USER</wsse:Username>") }, "Password: is missing"],
    ["no user name", { header: token("<wsse:Password>P4SSWORD</wsse:Password>") }, "Username: is missing"],
  ])("%s", async (_, given, words) => {
    const { send, message } = open();
    const { status, text, audit } = await send(typeof given === "string" ? given : message(given));
    expect([status, /<errCode>(\w+)/.exec(text)?.[1]]).toEqual([401, "unauthorized"]);
    expect(audit).toMatchObject({
      status: "refused",
      reason: "unauthorized",
      failure: { at: "request", message: expect.stringContaining(words) },
    });
    expect(text).not.toContain(words);
    expect(JSON.stringify(audit)).not.toMatch(/P4SSWORD|USER\b|GXK204/);
  });

  it.each<[string, IrisParts]>([
    ["no credential", { header: "" }],
    ["another credential", { password: "wrong" }],
    ["another token", { token: "wrong" }],
  ])("%s is 401, and the audit contains no failure", async (_, parts) => {
    const { send, message } = open();
    const { status, audit } = await send(message(parts));
    expect([status, audit?.reason, audit?.failure]).toEqual([401, "unauthorized", undefined]);
  });

  it("does not matter where a header authenticates the client", async () => {
    const { send, message, username, key } = open();
    const { status, audit } = await send(
      message({ header: password("PasswordDigest") }),
      basic(username, key),
    );
    expect([status, audit?.failure]).toEqual([200, undefined]);
  });
});
