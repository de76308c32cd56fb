import { describe, expect, it } from "vitest";
import { createOverlapWatch } from "../../src/core/sandbox-overlap.ts";

function open() {
  const overlaps: string[] = [];
  const watch = createOverlapWatch((key) => overlaps.push(key));
  function send(...keys: string[]) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const client = new AbortController();
    const done = watch.during(keys, client.signal, () => promise);
    return { done, answer: resolve, fail: reject, giveUp: () => client.abort() };
  }
  return { overlaps, send };
}

describe("an overlap watch", () => {
  it("reports each key that two requests in progress share, and no other", async () => {
    const { overlaps, send } = open();
    const first = send("a", "b");
    const second = send("b", "c");
    expect(overlaps).toEqual(["b"]);
    first.answer();
    await first.done;
    send("a");
    expect(overlaps).toEqual(["b"]);
    send("b");
    expect(overlaps).toEqual(["b", "b"]);
    second.answer();
    await second.done;
  });

  it("counts a key once that one request names twice", () => {
    const { overlaps, send } = open();
    send("a", "a");
    expect(overlaps).toEqual([]);
  });

  it("ends with a request that failed", async () => {
    const { overlaps, send } = open();
    const failing = send("a");
    failing.fail(new Error("refused"));
    await expect(failing.done).rejects.toThrow("refused");
    send("a");
    expect(overlaps).toEqual([]);
  });

  it("ends once with a request whose client aborted", async () => {
    const { overlaps, send } = open();
    const left = send("a");
    left.giveUp();
    send("a");
    expect(overlaps).toEqual([]);
    left.answer();
    await left.done;
    send("a");
    expect(overlaps).toEqual(["a"]);
  });
});
