import { startChild } from "./child.ts";
import { LATENCY_MS } from "./wire.ts";

/** The vendor of one measurement. */
export interface Vendor {
  readonly origin: string;
  /** What it got since it was last reset. */
  count(): Promise<{ registrations: number; requests: number; firstAt: number | null }>;
  reset(): Promise<void>;
  /** Resets it, and keeps what comes from now on, to be compared. */
  keep(): Promise<void>;
  /** One text for all registrations that it kept. */
  digest(): Promise<string>;
  stop(): Promise<void>;
}

export async function startVendor(latencyMs = LATENCY_MS, script = "vendor-process.ts"): Promise<Vendor> {
  const child = startChild(script, [String(latencyMs)]);
  const port = await child.hear<number>(20);
  return {
    origin: `http://127.0.0.1:${port}`,
    count: () => child.ask("count"),
    async reset() {
      await child.ask("reset");
    },
    async keep() {
      await child.ask("keep");
    },
    digest: () => child.ask("digest"),
    stop: () => child.stop(),
  };
}
