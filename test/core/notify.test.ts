import { describe, expect, it } from "vitest";
import { notify } from "../../src/core/maybe-promise.ts";

const failure = new Error("the log is full");

describe("notify", () => {
  it("calls the listener with the value, where there is one", () => {
    const heard: string[] = [];
    notify((value: string) => heard.push(value), "one");
    notify(undefined, "two");
    expect(heard).toEqual(["one"]);
  });

  it("ignores an error that the listener throws", () => {
    const broken = () => {
      throw failure;
    };
    expect(() => notify(broken, undefined)).not.toThrow();
  });

  it("handles the rejection of an asynchronous listener", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    notify(() => Promise.reject(failure), undefined);
    // Node reports rejections that stay unhandled once the microtasks of a turn have run.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
});
