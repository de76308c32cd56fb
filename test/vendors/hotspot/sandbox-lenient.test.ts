import { describe, expect, it } from "vitest";
import {
  createHotSpotSandbox,
  type HotSpotSandboxOptions,
} from "../../../src/vendors/hotspot/sandbox/sandbox.ts";
import { type Change, change, create, createClient, NOW } from "./sandbox-client.ts";

describe("a request that departs only from our reading", () => {
  type Row = [what: string, path: string, body: Change, warning: string];
  const rows: Row[] = [
    ["an unknown field", "/permits", create({ Make: "Honda" }), "unknown field Make"],
    ["a Plate in lower case", "/permits", create({ Plate: "abc-123" }), "Plate is not"],
    ["a Plate that is a number", "/permits", create({ Plate: 123 }), "Plate is a number"],
    ["an ISO Region", "/permits", create({ Region: "CA-NB" }), "Region is not"],
    ["no Country", "/permits", create({ Country: undefined }), "Country is neither"],
    ["a PermitReference that is a number", "/permits", create({ PermitReference: 1 }), "PermitReference is"],
    ["a SpotID that is a number", "/permits", create({ SpotID: 15320 }), "SpotID is a number"],
    ["a start without offset", "/permits", create({ StartTime: "2026-09-01T08:00:00" }), "StartTime has no"],
    ["an end with a space", "/permits", create({ EndTime: "2026-09-01 18:00:00Z" }), "EndTime has a space"],
    ["an update of the plate", "/permits/update", change({ Plate: "X" }), "unknown field Plate"],
    ["a cancel without end", "/permits/cancel", change({ EndTime: undefined }), "EndTime is missing"],
    [
      "a cancel before the start",
      "/permits/cancel",
      change({ EndTime: "2026-09-01T10:59:59Z" }),
      "EndTime is before",
    ],
  ];

  async function send(path: string, body: Change, options: HotSpotSandboxOptions) {
    const { post, sandbox } = createClient(options);
    if (path !== "/permits") await post("/permits", create());
    const reply = await post(path, body);
    return { reply, sandbox };
  }

  it.each(rows)("is carried out with a warning: %s", async (_, path, body, warning) => {
    const { reply, sandbox } = await send(path, body, { strict: false });

    expect(reply.status).toBe(path === "/permits" ? 201 : 200);
    expect(sandbox.warnings).toEqual([expect.stringContaining(`POST /hotspot${path}: ${warning}`)]);
    expect(sandbox.requests.at(-1)).toMatchObject({ warnings: [expect.stringContaining(warning)] });
    expect(sandbox.warnings.join()).not.toMatch(/abc|ABC|Honda|15320/);
  });

  it.each(rows)("is refused where the sandbox is strict: %s", async (_, path, body) => {
    const { reply, sandbox } = await send(path, body, { strict: true });

    expect(reply.status).toBe(400);
    expect(sandbox.warnings).toEqual([]);
  });

  it("is carried out by default, as far as it can be read", async () => {
    const sandbox = createHotSpotSandbox({ token: "t", spotIds: ["15320"], clock: () => NOW });
    const body = create({ Plate: "abc-123", Region: "us-me", Country: "us", SpotID: 15320, Note: "x" });

    const response = await sandbox.fetch("https://hotspot.test/permits", {
      method: "POST",
      headers: { authorization: "bearer t" },
      body: JSON.stringify(body),
    });

    expect(response.status).toBe(201);
    expect([...sandbox.permits.values()]).toMatchObject([
      { plate: "ABC123", region: "ME", country: "US", spotId: "15320" },
    ]);
    expect(sandbox.warnings).toHaveLength(7);
  });

  it("still gets every refusal that is known", async () => {
    const { post } = createClient({ strict: false });
    const codes = [];
    for (const field of ["PermitReference", "Plate", "Region", "SpotID", "EndTime"]) {
      codes.push((await post("/permits", create({ [field]: undefined }))).body.ErrorCode);
    }

    expect(codes).toEqual([9008, 9006, 9011, 9003, 9004]);
  });

  it("may identify the permit by HotSpot's reference alone", async () => {
    const { post, sandbox } = createClient({ strict: false });
    const { Reference } = (await post("/permits", create())).body;

    const reply = await post("/permits/cancel", { Reference });

    expect(reply).toEqual({ status: 200, body: { Reference } });
    expect([...sandbox.permits.values()]).toMatchObject([{ status: "cancelled", endTime: NOW }]);
  });
});
