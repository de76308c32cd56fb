import { describe, expect, it } from "vitest";
import type { PermitInput } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { permits, setUp } from "./gateway-bench.ts";

// Durable sync, in virtual time, while a gateway answers in place of Passport: nothing becomes final.

const html = () => new Response("<html><h1>404 Not Found</h1></html>", { status: 404 });
const isEvents = (path: string) => path.endsWith("/events");

describe("a gateway that answers everything with 404 and a page for two seconds", () => {
  it("makes none of twenty new permits fail, and all arrive once it is gone", async () => {
    const { sync, world, pass, state, seen, types } = setUp();
    await sync.start();
    world.gateway = html;

    await sync.issueMany(permits(20));
    await pass(2_000);
    expect(await state()).toEqual({ failed: 0, pending: 20, breaker: "open" });

    world.gateway = undefined;
    await pass(60_000);
    expect(await state()).toEqual({ failed: 0, pending: 0, breaker: "closed" });
    expect(seen()).toBe(20);
    expect(types()).toEqual(["provider_down", "provider_up"]);
    await sync.stop();
  });

  it("ends no revoked permit before Passport has accepted the change", async () => {
    const { sync, world, pass, state, seen } = setUp();
    await sync.start();
    await sync.issueMany(permits(20));
    await pass(5_000);
    expect(seen()).toBe(20);
    world.gateway = html;

    for (const { id } of permits(20)) await sync.revoke(id);
    await pass(2_000);
    expect(await state()).toMatchObject({ failed: 0, breaker: "open" });
    expect(seen()).toBe(20);

    world.gateway = undefined;
    await pass(60_000);
    expect(await state()).toEqual({ failed: 0, pending: 0, breaker: "closed" });
    expect(seen()).toBe(0);
    await sync.stop();
  });
});

describe("a token endpoint that refuses the client's credentials", () => {
  it.each([
    [400, { error: "invalid_client" }],
    [401, { error: "invalid_client" }],
    [400, { type: "io.passportlabs:error:invalid_request" }],
  ])("with %i %j delays every permit until they are renewed", async (status, body) => {
    const { sync, world, pass, state, seen } = setUp();
    await sync.start();
    world.gateway = (path) => (path.endsWith("/access-tokens") ? Response.json(body, { status }) : undefined);

    await sync.issueMany(permits(20));
    await pass(10_000);
    expect(await state()).toEqual({ failed: 0, pending: 20, breaker: "open" });
    const { providers } = await sync.status();
    expect(providers[0]?.breaker.code).toBe("unauthorized");

    world.gateway = undefined;
    await pass(600_000);
    expect(await state()).toEqual({ failed: 0, pending: 0, breaker: "closed" });
    expect(seen()).toBe(20);
    await sync.stop();
  });
});

describe("a permit that Passport itself refuses", () => {
  it("is a failure, and the others are delivered", async () => {
    const { sync, world, pass, state, seen } = setUp();
    await sync.start();
    world.gateway = undefined;
    await sync.issueMany(permits(3));
    await pass(5_000);
    world.gateway = (path) =>
      isEvents(path)
        ? Response.json({ type: "io.passportlabs:error:event_refused" }, { status: 422 })
        : undefined;

    await sync.issue({ ...permits(1)[0], id: "P-new", plates: [parsePlate("NEW 1")] } as PermitInput);
    await pass(5_000);

    expect(await state()).toMatchObject({ failed: 1, breaker: "closed" });
    expect(seen()).toBe(3);
    await sync.stop();
  });
});
