import { describe, expect, it } from "vitest";
import { Lag } from "../../../src/sync/deliver/lag.ts";
import { OperationQueue, type QueuedOperation } from "../../../src/sync/deliver/operation-queue.ts";

function operation(
  name: string,
  intent: Partial<QueuedOperation["intent"]> = {},
  { isUrgent = false } = {},
): QueuedOperation {
  return {
    work: { isUrgent },
    right: { reference: name },
    intent: { operation: "register", at: "2026-09-15T12:00:00.000Z", attempts: 0, ...intent },
  } as QueuedOperation;
}

const namesOf = (operations: readonly QueuedOperation[]) => operations.map(({ right }) => right.reference);

function takeAll(queue: OperationQueue, limit: number): string[][] {
  const batches: string[][] = [];
  while (queue.size > 0) batches.push(namesOf(queue.take(limit)));
  return batches;
}

describe("operations that wait", () => {
  it("are sent together when they are of one kind and one instant, as many as fit, in order", () => {
    const queue = new OperationQueue();
    for (const name of ["a", "b", "c"]) queue.add(operation(name));
    queue.add(operation("later", { at: "2026-09-15T12:00:01.000Z" }));
    queue.add(operation("cancel", { operation: "cancel" }));
    queue.add(operation("d"));
    expect(takeAll(queue, 3)).toEqual([["a", "b", "c"], ["d"], ["later"], ["cancel"]]);
    expect(queue.take(3)).toEqual([]);
  });

  it("are sent alone after two attempts without an answer, alternating with the others", () => {
    const queue = new OperationQueue();
    for (const name of ["x", "y"]) queue.add(operation(name, { attempts: 2 }));
    for (const name of ["a", "b", "c"]) queue.add(operation(name, { attempts: 1 }));
    expect(takeAll(queue, 2)).toEqual([["x"], ["a", "b"], ["y"], ["c"]]);
  });

  it("go first when they are urgent, but for every fourth request", () => {
    const queue = new OperationQueue();
    const urgent = ["u1", "u2", "u3", "u4", "u5"];
    for (const name of ["a", "b", "c"]) queue.add(operation(name));
    for (const name of urgent) queue.add(operation(name, {}, { isUrgent: true }));
    queue.add(operation("x", { attempts: 2 }));
    queue.add(operation("y", { attempts: 2 }, { isUrgent: true }));
    expect(takeAll(queue, 1).flat()).toEqual(["u1", "u2", "u3", "x", "u4", "u5", "a", "y", "b", "c"]);
  });

  it("can all be removed at once", () => {
    const queue = new OperationQueue();
    for (const name of ["a", "b", "c"]) queue.add(operation(name));
    queue.add(operation("x", { attempts: 5 }));
    queue.take(1);
    const left = namesOf(queue.takeAll()).sort();
    expect({ left, size: queue.size }).toEqual({ left: expect.any(Array), size: 0 });
    expect(left).toHaveLength(3);
  });
});

describe("lag", () => {
  it("covers the last 1,024 deliveries, by nearest rank", () => {
    const lag = new Lag();
    expect(lag.percentiles).toBeNull();
    for (let value = 1; value <= 100; value += 1) lag.add(value);
    expect(lag.percentiles).toEqual({ p50: 50, p95: 95, p99: 99, count: 100 });
    for (let value = 0; value < 1_024; value += 1) lag.add(7);
    expect(lag.percentiles).toEqual({ p50: 7, p95: 7, p99: 7, count: 1_024 });
    lag.add(-5);
    expect(lag.percentiles?.p50).toBe(7);
  });
});
