import { describe, expect, it, vi } from "vitest";
import { failureOf } from "../../support/registrations.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, ORIGIN, registration } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);
const sent = (name: string) => vendor.requests.map(({ headers }) => headers.get(name));

describe("the token", () => {
  it("that is a function is requested once, and again after it was refused", async () => {
    const token = vi.fn<() => Promise<string>>();
    const { provider, sandbox } = connect(vendor, { provider: { token } });
    token.mockImplementation(async () => sandbox.token);

    await provider.register(registration({ permitId: "P-1" }));
    await provider.register(registration({ permitId: "P-2" }));
    expect(token).toHaveBeenCalledTimes(1);

    sandbox.setToken("token-2");
    await provider.register(registration({ permitId: "P-3" }));
    expect(token).toHaveBeenCalledTimes(2);
    expect(sent("authorization").slice(-2)).toEqual(["Bearer token-1", "Bearer token-2"]);
    expect(sandbox.permits.size).toBe(3);
  });

  it("that stays the same is not tried twice", async () => {
    const { provider } = connect(vendor, { provider: { token: "wrong" } });

    const error = await failureOf(() => provider.register(registration()));

    expect(error).toMatchObject({
      code: "unauthorized",
      status: 403,
      vendorCode: "9002",
      outcome: "not_applied",
      attempts: 1,
      operation: "register",
      providerId: "hotspot",
      retryable: false,
    });
    expect(vendor.requests).toHaveLength(1);
  });

  it("refused with 401 outside HotSpot's error format is requested again too", async () => {
    const tokens = ["old", "token-1"];
    const { provider, sandbox } = connect(vendor, {
      provider: { token: () => tokens.shift() ?? "token-1" },
      instead: ({ headers }) =>
        headers.get("authorization") === "Bearer old" ? new Response("<p>no", { status: 401 }) : undefined,
    });

    await provider.register(registration());

    expect(sandbox.permits.size).toBe(1);
  });

  it("refused outside HotSpot's error format is not repeated blindly, and no permit is refused", async () => {
    const { provider } = connect(vendor, {
      provider: { retries: 3 },
      instead: () => new Response("<p>no", { status: 401 }),
    });

    expect(await failureOf(() => provider.register(registration()))).toMatchObject({
      code: "unauthorized",
      status: 401,
      retryable: false,
    });
    expect(vendor.requests).toHaveLength(1);
  });

  it("is requested once by many concurrent calls", async () => {
    const token = vi.fn(async () => "token-1");
    const { provider } = connect(vendor, { provider: { token } });
    const registrations = Array.from({ length: 20 }, (_, index) => registration({ permitId: `P-${index}` }));

    await provider.registerMany(registrations);

    expect(token).toHaveBeenCalledTimes(1);
  });

  it("whose function fails once is requested again by the next operation", async () => {
    const token = vi.fn(async () => "token-1").mockRejectedValueOnce(new Error("sealed: hunter2"));
    const { provider } = connect(vendor, { provider: { token, retries: 0 } });

    const error = await failureOf(() => provider.register(registration()));

    expect(error).toMatchObject({ code: "unavailable", field: "token", outcome: "not_applied", attempts: 0 });
    expect(JSON.stringify(error)).not.toContain("hunter2");
    await provider.register(registration());
  });

  it("with a line break in it cannot be sent, and is not shown", async () => {
    const { provider } = connect(vendor, { provider: { token: "hunter\n2" } });

    const error = await failureOf(() => provider.register(registration()));

    expect(error).toMatchObject({ code: "invalid_config", outcome: "not_applied" });
    expect(JSON.stringify(error)).not.toContain("hunter");
    expect(vendor.requests).toEqual([]);
  });
});

describe("a token that was read from a file", () => {
  const echo = async (request: Request) => {
    const ErrorMessage = JSON.stringify([...request.headers]);
    return Response.json({ ErrorCode: 9003, ErrorMessage }, { status: 400 });
  };

  it.each([
    ["that ends with a line break", "hunter-2\n"],
    ["of Windows", "hunter-2\r\n"],
    ["with white space around it", " \thunter-2  "],
  ])("%s is sent trimmed, and hidden where HotSpot repeats it", async (_, token) => {
    for (const given of [token, () => token]) {
      const { provider } = connect(vendor, {
        provider: { token: given, companyToken: given, retries: 0 },
        instead: echo,
      });

      const error = await failureOf(() => provider.register(registration()));

      expect(error).toMatchObject({ code: "rejected", vendorCode: "9003" });
      expect(`${error.message} ${JSON.stringify(error)}`).not.toContain("hunter");
      expect(error.vendorMessage).toContain("[secret]");
    }
    expect(sent("authorization")).toEqual(["Bearer hunter-2", "Bearer hunter-2"]);
    expect(sent("x-company-token")).toEqual(["hunter-2", "hunter-2"]);
  });

  it("that is blank is refused", async () => {
    const { provider } = connect(vendor, { provider: { token: () => " \n" } });

    const error = await failureOf(() => provider.register(registration()));

    expect(error).toMatchObject({ field: "token", outcome: "not_applied", attempts: 0 });
    expect(vendor.requests).toEqual([]);
  });
});

describe("the company token", () => {
  it("is sent in its own header", async () => {
    const { provider, sandbox } = connect(vendor, {
      sandbox: { companyToken: "company-1" },
      provider: { companyToken: "company-1" },
    });

    await provider.register(registration());

    expect(sent("x-company-token")).toEqual(["company-1"]);
    expect(sandbox.permits.size).toBe(1);
  });

  it("that is missing is reported in HotSpot's words", async () => {
    const { provider } = connect(vendor, { sandbox: { companyToken: "company-1" } });

    const error = await failureOf(() => provider.register(registration()));

    expect(error).toMatchObject({ code: "unauthorized", vendorCode: "9002" });
    expect(error.vendorMessage).toContain("company token");
  });

  it("that is a function is requested again after a rotation", async () => {
    const companyToken = vi.fn<() => string>();
    const { provider, sandbox } = connect(vendor, {
      sandbox: { companyToken: "company-1" },
      provider: { companyToken },
    });
    companyToken.mockImplementation(() => sandbox.companyToken ?? "none");
    await provider.register(registration({ permitId: "P-1" }));

    sandbox.setCompanyToken("company-2");
    await provider.register(registration({ permitId: "P-2" }));

    expect(companyToken).toHaveBeenCalledTimes(2);
    expect(sent("x-company-token")).toEqual(["company-1", "company-1", "company-2"]);
  });

  it("whose function returns nothing is named in the error", async () => {
    const { provider } = connect(vendor, { provider: { companyToken: () => "" } });

    expect(await failureOf(() => provider.register(registration()))).toMatchObject({
      code: "invalid_config",
      field: "companyToken",
    });
  });
});

describe("checkConnection", () => {
  it("succeeds when the token is accepted, and changes nothing", async () => {
    const { provider, sandbox } = connect(vendor);

    expect(await provider.checkConnection()).toEqual({
      status: "connected",
      message: "HotSpot accepts the token.",
    });
    expect(sandbox.permits.size).toBe(0);
  });

  it("fails when the token is refused, or the vendor is down", async () => {
    const refused = connect(vendor, { provider: { token: "wrong" } });
    expect(await failureOf(() => refused.provider.checkConnection())).toMatchObject({
      code: "unauthorized",
      operation: "checkConnection",
    });

    const away = connect(vendor, { provider: { retries: 0 } });
    away.faults.add({ kind: "reset-before" });
    expect(await failureOf(() => away.provider.checkConnection())).toMatchObject({
      code: "unavailable",
      operation: "checkConnection",
    });
  });

  it("ends with its signal", async () => {
    const { provider } = connect(vendor);

    expect(await failureOf(() => provider.checkConnection({ signal: AbortSignal.abort() }))).toMatchObject({
      code: "aborted",
      operation: "checkConnection",
    });
    expect(await failureOf(() => provider.checkConnection({ deep: true } as never))).toMatchObject({
      code: "invalid_input",
      field: "options",
    });
  });
});
