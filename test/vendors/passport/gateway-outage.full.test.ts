import { describe, expect, it } from "vitest";
import type { PermitInput } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { FOREIGN_BODY_FORMS, REFUSING_STATUSES, toReply } from "../../support/reply-forms.ts";
import { permits, setUp } from "./gateway-bench.ts";

describe("any reply outside Passport's error format", () => {
  const refusing = REFUSING_STATUSES.flatMap((status) =>
    FOREIGN_BODY_FORMS.map((form) => ({ status, form })),
  );
  const accepting = FOREIGN_BODY_FORMS.filter(({ kind }) => kind !== "empty" && kind !== "json").map(
    (form) => ({ status: 200, form }),
  );

  it.each(["/events", "/zones", "/access-tokens"])(`%s: neither fails nor ends anything`, async (end) => {
    const wrong: string[] = [];
    for (const { status, form } of [...refusing, ...accepting]) {
      // One of each kind of change, and one reply for a moment: a final outcome stays final.
      const { sync, world, pass, state, seen } = setUp();
      await sync.start();
      await sync.issue({ ...permits(1)[0], id: "P-old", plates: [parsePlate("OLD 1")] } as PermitInput);
      await pass(1_000);
      // Zones and token are cached; both are requested again from now on.
      await pass(3_600_000);
      world.gateway = (path) => (path.endsWith(end) ? toReply(form, status) : undefined);
      await sync.revoke("P-old");
      await sync.issueMany(permits(2));
      await pass(2_000);
      const during = await state();
      world.gateway = undefined;
      await pass(120_000);
      const after = await state();
      if (during.failed !== 0 || after.failed !== 0 || after.pending !== 0 || seen() !== 2) {
        wrong.push(`${status} ${form.name}: ${JSON.stringify({ during, after, seen: seen() })}`);
      }
      await sync.stop();
    }
    expect(wrong).toEqual([]);
    console.log(`Replies to ${end} during an outage: ${refusing.length + accepting.length}`);
  });
});
