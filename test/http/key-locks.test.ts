import { describe, expect, it } from "vitest";
import { createKeyLocks } from "../../src/http/key-locks.ts";
import { idle } from "../support/fake-time.ts";

/** Queues for keys and notes when they are held. */
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
  it("let one holder after the other have a key, in the order of the calls", async () => {
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

  it("let holders of different keys go on together", async () => {
    const { held, acquire } = createQueue();
    acquire("first", "a");
    acquire("second", "b");
    await idle();

    expect(held).toEqual(["first", "second"]);
  });

  it("wait for all keys at once, so that nobody waits in a circle", async () => {
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

  it("do not let the next one pass when somebody in between gave up early", async () => {
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

  it("may be released twice, and take a key that is named twice", async () => {
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
