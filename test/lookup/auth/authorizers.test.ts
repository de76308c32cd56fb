import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Authorizer, LookupRequest, StoredCredential } from "../../../src/core/lookup/lookup-message.ts";
import { apiKeyAuth, basicAuth, bearerAuth } from "../../../src/lookup/auth/authorizers.ts";
import { issueCredentials } from "../../../src/lookup/auth/issue-credentials.ts";
import { failureOf } from "../../support/registrations.ts";

const comparisons = vi.hoisted(() => ({ count: 0 }));
vi.mock("node:crypto", async (importOriginal) => {
  const crypto = await importOriginal<typeof import("node:crypto")>();
  const timingSafeEqual: typeof crypto.timingSafeEqual = (one, other) => {
    comparisons.count += 1;
    return crypto.timingSafeEqual(one, other);
  };
  return { ...crypto, timingSafeEqual };
});

beforeEach(() => {
  comparisons.count = 0;
});

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const { username, password, stored } = issueCredentials({ companyId: "fundy", locationIds: ["lot-1"] });

function requestWith(headers: Record<string, string>): LookupRequest {
  return { method: "POST", path: "/", query: "", header: (name) => headers[name], body: "" };
}

function basic(pair: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** The result of an authorizer for headers, and the arguments of its `find`. */
async function tryIt(
  make: (options: { find: (key: string) => StoredCredential | undefined }) => Authorizer,
  headers: Record<string, string>,
  credential: StoredCredential | undefined = stored,
): Promise<{ credential: StoredCredential | undefined; asked: string[] }> {
  const asked: string[] = [];
  const find = (key: string) => {
    asked.push(key);
    return credential;
  };
  return { credential: await make({ find }).authorize(requestWith(headers), undefined), asked };
}

describe("issueCredentials", () => {
  it("creates a password of at least 192 random bits, and stores only its hash", () => {
    expect(password).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(stored).toEqual({
      id: username,
      companyId: "fundy",
      locationIds: ["lot-1"],
      hashes: [sha256(password)],
    });
    expect(
      new Set(Array.from({ length: 100 }, () => issueCredentials({ companyId: "a" }).password)).size,
    ).toBe(100);
    expect(issueCredentials({ companyId: "fundy" }).stored).not.toHaveProperty("locationIds");
  });

  it("does not show the password when it is printed", () => {
    const issued = issueCredentials({ companyId: "fundy" });
    for (const text of [inspect(issued), JSON.stringify(issued), String(issued), inspect({ ...issued })]) {
      expect(text).not.toContain(issued.password);
    }
  });

  it.each([
    [undefined, "issueCredentials"],
    [{}, "companyId"],
    [{ companyId: "" }, "companyId"],
    [{ companyId: 7 }, "companyId"],
    [{ companyId: "fundy", locationIds: "lot-1" }, "locationIds"],
    [{ companyId: "fundy", locationIds: [] }, "locationIds"],
    [{ companyId: "fundy", locationIds: ["lot-1", ""] }, "locationIds[1]"],
    [{ companyId: "fundy", password: "hunter2" }, "issueCredentials"],
  ])("refuses %j", async (holder, field) => {
    const failure = await failureOf(() => issueCredentials(holder as never));
    expect(failure).toMatchObject({ code: "invalid_input", field });
    expect(failure.message).not.toContain("hunter2");
  });
});

describe.each([
  ["basicAuth", basicAuth, (secret: string) => basic(`${username}:${secret}`), username],
  ["apiKeyAuth", apiKeyAuth, (secret: string) => ({ "x-api-key": secret }), sha256(password)],
  ["bearerAuth", bearerAuth, (secret: string) => ({ authorization: `Bearer ${secret}` }), sha256(password)],
] as const)("%s", (name, make, headers, key) => {
  it("recognises the secret, which find never receives", async () => {
    const { credential, asked } = await tryIt(make, headers(password));
    expect(credential).toBe(stored);
    expect(asked).toEqual([key]);
  });

  it("awaits a slow find", async () => {
    const authorizer = make({ find: async () => stored });
    expect(await authorizer.authorize(requestWith(headers(password)), undefined)).toBe(stored);
  });

  it("never passes the secret to find", async () => {
    const { asked } = await tryIt(make, headers(password));
    expect(asked.join()).not.toContain(password);
  });

  it("recognises no credential by a wrong secret, even if find returns one", async () => {
    for (const secret of ["wrong", `${password}x`, password.slice(1), stored.hashes.join(), username]) {
      expect((await tryIt(make, headers(secret))).credential).toBeUndefined();
    }
  });

  it("does not accept a secret that was stored unhashed", async () => {
    const authorizer = make({ find: () => ({ ...stored, hashes: [password] }) });
    const failure = await failureOf(() => authorizer.authorize(requestWith(headers(password)), undefined));
    expect(failure.field).toBe("credential.hashes");
    expect(failure.message).not.toContain(password);
  });

  it("does not accept a stored hash in place of its secret", async () => {
    const [hash = ""] = stored.hashes;
    expect((await tryIt(make, headers(hash), { ...stored, hashes: [hash] })).credential).toBeUndefined();
  });

  it("accepts both secrets during a rotation, and neither after both hashes were removed", async () => {
    const next = issueCredentials({ companyId: "fundy" });
    const rotating = { ...stored, hashes: [...next.stored.hashes, ...stored.hashes] };
    expect((await tryIt(make, headers(password), rotating)).credential).toBe(rotating);
    expect((await tryIt(make, headers(next.password), rotating)).credential).toBe(rotating);
    expect((await tryIt(make, headers(password), { ...stored, hashes: [] })).credential).toBeUndefined();
  });

  it("compares with every stored hash, and a wrong secret as often as for an unknown name", async () => {
    const counted = async (secret: string, credential?: StoredCredential) => {
      comparisons.count = 0;
      await make({ find: () => credential }).authorize(requestWith(headers(secret)), undefined);
      return comparisons.count;
    };
    // A rotation has two hashes: neither case may reveal that one is in progress.
    const rotating = { ...stored, hashes: [...stored.hashes, sha256("a")] };
    for (const credential of [undefined, { ...stored, hashes: [] }, stored, rotating]) {
      expect(await counted("wrong", credential)).toBe(2);
    }
    expect([await counted(password, stored), await counted(password, rotating)]).toEqual([1, 2]);
    const three = { ...rotating, hashes: [...rotating.hashes, sha256("b")] };
    expect([await counted(password, three), await counted("wrong", three)]).toEqual([3, 3]);
  });

  it("recognises no credential in a header that is missing, empty or malformed", async () => {
    for (const none of [
      {},
      { authorization: "" },
      { "x-api-key": "" },
      { "x-api-key": "  " },
      { authorization: "Digest x" },
    ]) {
      expect(await tryIt(make, none)).toEqual({ credential: undefined, asked: [] });
    }
  });

  it("names its scheme in a challenge", () => {
    expect(make({ find: () => undefined }).challenge).toMatch(/realm="permit lookup"/);
  });

  it.each([undefined, null, {}, { find: "x" }, { find: () => undefined, finds: 1 }])(
    "refuses %j",
    async (options) => {
      const failure = await failureOf(() => make(options as never));
      expect(failure.code).toBe("invalid_config");
      expect(failure.message).toMatch(new RegExp(`^${name}: (find|options): `));
    },
  );
});

describe("basicAuth", () => {
  it.each([
    ["not base64", { authorization: "Basic !!!" }],
    ["base64url", { authorization: "Basic w7_DvzphYg__-" }],
    ["without a colon", basic("nobody")],
    ["without a name", basic(`:${password}`)],
    ["no UTF-8", { authorization: `Basic ${Buffer.from([0xff, 0x3a, 0x61]).toString("base64")}` }],
  ])("%s is no credential", async (_, headers) => {
    expect(await tryIt(basicAuth, headers)).toEqual({ credential: undefined, asked: [] });
  });

  it.each([
    ["émile", "pâss:wörd::"],
    ["a", ""],
    ["駐車", "🅿:"],
  ])("reads %s and %s in UTF-8, the password with its colons", async (name, secret) => {
    const credential = { id: name, companyId: "fundy", hashes: [sha256(secret)] };
    const result = await tryIt(basicAuth, basic(`${name}:${secret}`), credential);
    expect(result).toEqual({ credential, asked: [name] });
  });

  it("reads the scheme in any case", async () => {
    const { authorization = "" } = basic(`${username}:${password}`);
    const result = await tryIt(basicAuth, { authorization: authorization.replace("Basic", "bAsIc") });
    expect(result.credential).toBe(stored);
  });

  it("accepts the credential that the dialect read from the body", async () => {
    const authorizer = basicAuth({ find: () => stored });
    expect(await authorizer.authorize(requestWith({}), { username, password })).toBe(stored);
    expect(await authorizer.authorize(requestWith({}), { username, password: "wrong" })).toBeUndefined();
  });
});

describe("apiKeyAuth", () => {
  it("reads the header that its option names", async () => {
    const authorizer = apiKeyAuth({ header: "X-Permit-Key", find: () => stored });
    expect(await authorizer.authorize(requestWith({ "x-permit-key": password }), undefined)).toBe(stored);
    expect(await authorizer.authorize(requestWith({ "x-api-key": password }), undefined)).toBeUndefined();
  });

  it.each(["", "x key", 7, "x\n"])("refuses the header name %j", async (header) => {
    const failure = await failureOf(() => apiKeyAuth({ header: header as string, find: () => stored }));
    expect(failure).toMatchObject({ code: "invalid_config", field: "header" });
  });
});
