import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** Clients that ask and go without waiting for the answer, or in the middle of their question, until told to stop. */
export async function askAndLeave(
  port: number,
  requests: readonly Buffer[],
  options: { random: () => number; signal: AbortSignal },
): Promise<number> {
  const { random, signal } = options;
  let left = 0;
  while (!signal.aborted) {
    const request = requests[Math.floor(random() * requests.length)];
    if (request === undefined) throw new Error("There is nothing to ask.");
    await leaveEarly(port, random() < 0.3 ? request.subarray(0, request.length - 5) : request, random() * 10);
    left += 1;
  }
  return left;
}

async function leaveEarly(port: number, request: Buffer, afterMs: number): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.resume();
  socket.write(request);
  await wait(afterMs);
  socket.destroy();
}
