import { performance } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { Conversation } from "./conversation.ts";

/** What a stretch of load has shown. */
export interface LoadResult {
  readonly requestsPerSecond: number;
  readonly answered: number;
  /** Share of the replies that held a permit, 0 to 1. */
  readonly hitShare: number;
  /** How busy the load generator was, 0 to 1. At 1 it is the generator that was measured. */
  readonly generatorBusy: number;
}

/** Length of `{"sessions":[]}`. */
const MISS_BYTES = 15;

/**
 * Asks a server as fast as it answers, on all connections at once.
 *
 * @throws Error when a reply is anything but 200
 */
export async function applyLoad(
  port: number,
  requests: readonly Buffer[],
  { seconds, connections }: { seconds: number; connections: number },
): Promise<LoadResult> {
  let replies = 0;
  let hits = 0;
  let refused = 0;
  const onReply = (status: number, bodyLength: number): void => {
    replies += 1;
    if (bodyLength !== MISS_BYTES) hits += 1;
    if (status !== 200) refused = status;
  };
  const conversations = Array.from({ length: connections }, (_, index) => {
    const start = Math.floor((index * requests.length) / connections);
    return new Conversation(port, requests, { start, onReply });
  });
  const busyBefore = performance.eventLoopUtilization();
  const startedAt = performance.now();
  for (const conversation of conversations) conversation.start();
  await wait(seconds * 1_000);
  const elapsedSeconds = (performance.now() - startedAt) / 1_000;
  const answered = replies;
  const { utilization } = performance.eventLoopUtilization(busyBefore);
  for (const conversation of conversations) conversation.stop();
  await Promise.all(conversations.map(({ ended }) => ended));
  if (refused !== 0) throw new Error(`A lookup under load was answered with ${refused}.`);
  return {
    requestsPerSecond: answered / elapsedSeconds,
    answered,
    hitShare: hits / replies,
    generatorBusy: utilization,
  };
}
