import { describe, expect, it } from "vitest";
import { maskRefusal } from "../../src/http/mask-refusal.ts";

describe("maskRefusal", () => {
  it("hides plates and secrets in code and words", () => {
    const words = maskRefusal(
      { vendorCode: "bad:gxk204", vendorMessage: "Plate gxk-204 (GXK 204), token tok+en/1= refused" },
      ["GXK204"],
      ["tok+en/1="],
    );

    expect(words.vendorCode).toBe("bad:[plate]");
    expect(words.vendorMessage).toBe("Plate [plate] ([plate]), token [secret] refused");
  });

  it.each([
    ["as it is", "a b&c\"d'é"],
    ["encoded for a URL", encodeURIComponent("a b&c\"d'é")],
    ["encoded for a form", new URLSearchParams({ key: "a b&c\"d'é" }).toString().slice(4)],
    ["inside JSON", JSON.stringify("a b&c\"d'é")],
  ])("hides a secret that a vendor repeats %s", (_, form) => {
    const { vendorMessage } = maskRefusal({ vendorMessage: `got ${form}.` }, [], ["a b&c\"d'é"]);

    expect(vendorMessage).toMatch(/^got "?\[secret\]"?\.$/);
  });

  it("keeps 500 characters, cut after the masking", () => {
    const { vendorMessage } = maskRefusal({ vendorMessage: `${"x".repeat(498)}GXK204` }, ["GXK204"]);

    expect(vendorMessage).toBe(`${"x".repeat(498)}[p`);
  });

  it("leaves out what is not said", () => {
    expect(maskRefusal({}, ["GXK204"])).toEqual({ vendorCode: undefined, vendorMessage: undefined });
  });
});
