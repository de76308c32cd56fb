import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { beginProcess, type HistoryProcess } from "./history-process.ts";
import type { HistoryWorld } from "./history-world.ts";
import { MomentJudge } from "./moment-judge.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

// A vendor that is down for hours gets some thousand requests.
const MOST_TIMERS = 20_000;

/** The result of a call to the process. */
export type End<Value> = { is: "value"; value: Value } | { is: "error"; error: unknown } | { is: "killed" };

/** Keeps a process alive in a world, talks to it, and lets time pass. */
export class HistoryDriver {
  readonly world: HistoryWorld;
  readonly moments: MomentJudge;
  /** Providers that the process has. */
  readonly providerIds = new Set(["alpha", "beta"]);
  /** Whether the directory, or the providers, changed and it is not certain that sync was refreshed. */
  owesRefresh = false;
  #process: HistoryProcess | undefined;
  #ledger: Ledger | undefined;

  /** Disarms the kill. */
  spare(): void {
    this.#process?.spare();
  }

  constructor(world: HistoryWorld) {
    this.world = world;
    this.moments = new MomentJudge(world);
  }

  /** What is durable, seen from outside the process. */
  get ledger(): Ledger {
    if (this.#ledger === undefined) throw new Error("No ledger.");
    return this.#ledger;
  }

  get isDead(): boolean {
    return this.#process?.isDead() !== false;
  }

  async begin(): Promise<void> {
    const { home, random, time, words, violations } = this.world;
    const ledger = await home.reopen(random, time.now);
    await ledger.open();
    this.#ledger = ledger;
    violations.push(...(await words.resolve((id) => ledger.getPermit(id))));
    this.world.noteSaid();
    const begun = beginProcess(this.world, {
      ledger,
      providerIds: this.providerIds,
      onSend: (providerId, change) => this.moments.predictions.noteSent(providerId, change),
    });
    this.#process = begun;
    await this.call("start", async () => begun.sync.start());
    if (this.owesRefresh) await this.refresh(null);
  }

  async end(): Promise<void> {
    this.#process?.spare();
    if (this.#process?.isDead() === false) await this.stop();
    await this.world.home.dispose();
  }

  /** Waits for the process's answer, for a bounded time. */
  async call<Value>(
    name: string,
    ask: () => Promise<Value>,
    { withinMs = SECOND }: { withinMs?: number } = {},
  ): Promise<End<Value>> {
    const { activity, time, violations } = this.world;
    const asked = this.#process;
    let end: End<Value> | undefined;
    ask().then(
      (value) => {
        end = { is: "value", value };
      },
      (error: unknown) => {
        end = { is: "error", error };
      },
    );
    for (let [left, timers] = [withinMs, 0]; ; timers += 1) {
      await activity.settle();
      if (end !== undefined) return end;
      if (asked?.isDead() !== false) return { is: "killed" };
      const next = time.untilNext();
      if (next === undefined || next > left || timers > MOST_TIMERS) {
        violations.push(`${name} has no end within ${withinMs} ms.`);
        return { is: "killed" };
      }
      time.advance(next);
      time.runDue();
      left -= next;
    }
  }

  /** A call that must not fail. Returns whether it has settled. */
  async succeed(name: string, ask: () => Promise<unknown>, options?: { withinMs: number }): Promise<boolean> {
    const end = await this.call(name, ask, options);
    if (end.is === "error") this.world.violations.push(`${name} failed: ${String(end.error)}`);
    return end.is === "value";
  }

  async living(): Promise<HistoryProcess> {
    for (;;) {
      const process = this.#process;
      if (process !== undefined && !process.isDead()) return process;
      await this.begin();
    }
  }

  async pass(ms: number): Promise<void> {
    const { activity, time, conditions, history } = this.world;
    const from = time.elapsed();
    for (let timers = 0; ; timers += 1) {
      await activity.settle();
      if (timers > MOST_TIMERS) {
        this.world.violations.push("It never rests.");
        break;
      }
      const left = from + ms - time.elapsed();
      if (time.elapsed() - from > history.longestOutageMs)
        for (const id of conditions.keys()) conditions.set(id, "well");
      const next = time.untilNext();
      if (next === undefined || next > left) {
        time.advance(Math.max(0, left));
        break;
      }
      time.advance(next);
      time.runDue();
      await activity.settle();
      await this.#look();
    }
    await activity.settle();
    await this.#look();
  }

  async #look(): Promise<void> {
    await this.moments.look(this.ledger, { isAlive: !this.isDead });
  }

  async stop(): Promise<void> {
    const stopping = this.#process;
    if (stopping === undefined) return;
    await this.succeed("stop", () => stopping.sync.stop(), { withinMs: 5 * MINUTE });
    if (!stopping.isDead()) await this.world.activity.settle();
    stopping.clear();
    this.#process = undefined;
  }

  async refresh(companyId: string | null): Promise<void> {
    const { sync } = await this.living();
    if (!this.owesRefresh) return;
    const ask = () => sync.refresh(companyId === null ? {} : { companyId });
    if (!(await this.succeed("refresh", ask))) return;
    this.owesRefresh = false;
    this.world.toldOfChange();
  }
}
