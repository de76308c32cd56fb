import type { Api, ChildMessage } from "./child.ts";

const SAMPLE_EVERY_MS = 250;

/** What the parent wrote for this process. */
export function readSetup<Setup>(): Setup {
  return JSON.parse(process.argv[2] ?? "null") as Setup;
}

/** Answers the parent's questions until the parent ends, and sends samples of memory and counts. */
export function answerParent<Answers extends Api>(
  answers: Answers,
  { ready, counts = () => ({}) }: { ready?: unknown; counts?: () => Record<string, number> } = {},
): void {
  const send = (message: ChildMessage) => process.send?.(message, undefined, undefined, () => {});

  async function answer(id: number, name: string, asked: unknown): Promise<void> {
    try {
      const value = await answers[name]?.(asked as never);
      // So that the parent has the last counts when it has the answer.
      sendSample();
      send({ id, value });
    } catch (thrown) {
      send({ id, error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown) });
    }
  }

  function sendSample(): void {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
    send({ sample: { peakMegabytes: maxRSS / 1_024, cpuSeconds, counts: counts() } });
  }

  process.on("message", ({ id, name, asked }: { id: number; name: string; asked: unknown }) => {
    void answer(id, name, asked);
  });
  process.once("disconnect", () => process.exit());
  setInterval(sendSample, SAMPLE_EVERY_MS);
  send({ ready: ready ?? null });
}
