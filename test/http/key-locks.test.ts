import { describe, expect, it } from "vitest";
import { createKeyLocks } from "../../src/http/concurrency.ts";
import { idle } from "../support/fake-time.ts";

/** Queues for keys and logs when they are held. */
function createQueue() {
  const locks = createKeyLocks();
  const held: string[] = [];
  const acquire = (name: string, ...keys: string[]) => {
    const lock = locks.acquire(keys);
    void lock.ready.then(() => held.push(name));
    return lock;
  };
  return { held, acquire };
}

describe("key locks", () => {
  it("are granted to one holder after the other, in the order of the calls", async () => {
    const { held, acquire } = createQueue();
    const [first, second] = [acquire("first", "a"), acquire("second", "a")];
    acquire("third", "a");
    await idle();
    expect(held).toEqual(["first"]);

    first.release();
    await idle();
    expect(held).toEqual(["first", "second"]);

    second.release();
    await idle();
    expect(held).toEqual(["first", "second", "third"]);
  });

  it("let holders of different keys run at the same time", async () => {
    const { held, acquire } = createQueue();
    acquire("first", "a");
    acquire("second", "b");
    await idle();

    expect(held).toEqual(["first", "second"]);
  });

  it("wait for all keys at once, so that calls cannot deadlock", async () => {
    const { held, acquire } = createQueue();
    const first = acquire("first", "a", "b");
    const second = acquire("second", "b", "a");
    acquire("third", "a");
    await idle();
    expect(held).toEqual(["first"]);

    first.release();
    await idle();
    expect(held).toEqual(["first", "second"]);

    second.release();
    await idle();
    expect(held).toEqual(["first", "second", "third"]);
  });

  it("make the next holder wait for the first when a holder in between released early", async () => {
    const { held, acquire } = createQueue();
    const first = acquire("first", "a");
    acquire("second", "a").release();
    acquire("third", "a");
    await idle();
    expect(held).toEqual(["first"]);

    first.release();
    await idle();
    expect(held).toEqual(["first", "second", "third"]);
  });

  it("may be released twice, and accept a key that is named twice", async () => {
    const { held, acquire } = createQueue();
    const first = acquire("first", "a", "a");
    first.release();
    first.release();
    const second = acquire("second", "a");
    acquire("third", "a");
    await idle();
    expect(held).toEqual(["first", "second"]);

    second.release();
    await idle();
    expect(held).toEqual(["first", "second", "third"]);
  });
});
