import { describe, expect, it, vi } from "vitest";
import { maskRefusal } from "../../src/http/mask-refusal.ts";

describe("maskRefusal", () => {
  it("masks plates and secrets in code and message", () => {
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
    ["inside JSON of letters without accents", "a b&c\\\"d'\\u00e9"],
    ["encoded with small letters", encodeURIComponent("a b&c\"d'é").toLowerCase()],
    ["inside HTML", "a b&amp;c&quot;d'é"],
    ["in base64", Buffer.from("a b&c\"d'é").toString("base64")],
  ])("hides a secret that a vendor repeats %s", (_, form) => {
    const { vendorMessage } = maskRefusal({ vendorMessage: `got ${form}.` }, [], ["a b&c\"d'é"]);

    expect(vendorMessage).toMatch(/^got "?\[secret\]"?\.$/);
  });

  it("keeps 500 characters, cut after masking", () => {
    const { vendorMessage } = maskRefusal({ vendorMessage: `${"x".repeat(498)}GXK204` }, ["GXK204"]);

    expect(vendorMessage).toBe(`${"x".repeat(498)}[p`);
  });

  it.each(["t0ken-17", "t0ken-17\n", " t0ken-17\r\n", "\ufefft0ken-17"])(
    "hides a secret with white space around it (%j) as it is sent",
    (secret) => {
      expect(maskRefusal({ vendorMessage: "got t0ken-17." }, [], [secret]).vendorMessage).toBe(
        "got [secret].",
      );
    },
  );

  it("reads some kilobytes of a message, however long it is and however many plates are masked", () => {
    const plates = Array.from({ length: 100 }, (_, index) => `AB${String(index).padStart(4, "0")}`);
    const words = "zone gxk 204 / ".repeat(60_000);
    const read = vi.spyOn(String.prototype, "replace");
    const searched = vi.spyOn(String.prototype, "replaceAll");

    const { vendorMessage } = maskRefusal({ vendorMessage: words }, [...plates, "GXK204"], ["t0ken-17"]);
    const characters = [...read.mock.contexts, ...searched.mock.contexts]
      .map((text) => String(text).length)
      .reduce((sum, length) => sum + length, 0);
    read.mockRestore();
    searched.mockRestore();

    expect(words.length).toBe(900_000);
    expect(vendorMessage).toHaveLength(500);
    expect(vendorMessage).toMatch(/^zone \[plate\] \/ /);
    expect(characters).toBeLessThan(100_000);
  });

  it("shows no part of a secret that the cut splits", () => {
    const secret = `s3cret-${"k".repeat(3_000)}`;

    for (let before = 0; before < 200; before += 1) {
      const words = `${"-".repeat(before)}${secret.repeat(5)}`;
      expect(maskRefusal({ vendorMessage: words }, [], [secret]).vendorMessage).not.toContain("kkkk");
    }
  });

  it("shows no part of a plate that the cut splits", () => {
    for (let before = 0; before < 60; before += 1) {
      const words = `${"x".repeat(before)}${"G X K 2 0 4".repeat(1_000)}`;
      const { vendorMessage = "" } = maskRefusal({ vendorMessage: words }, ["GXK204"]);
      expect(vendorMessage.replaceAll("[plate]", "")).not.toContain("G");
    }
  });

  it("hides a malformed secret as a request carries it", () => {
    const words = { vendorMessage: "No such client: s3cret-\ufffd" };

    expect(maskRefusal(words, [], ["s3cret-\ud800"]).vendorMessage).toBe("No such client: [secret]");
  });

  it("leaves absent parts absent", () => {
    expect(maskRefusal({}, ["GXK204"])).toEqual({ vendorCode: undefined, vendorMessage: undefined });
  });
});
