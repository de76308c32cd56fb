import { isEnforcementError } from "../../../src/core/errors.ts";
import type { Ledger } from "../../../src/sync/ledger.ts";
import { judgeCalm } from "./calm-judge.ts";
import { beginProcess, type HistoryProcess } from "./history-process.ts";
import { createHistoryWorld, type HistoryWorld } from "./history-world.ts";
import { type HostWord, type PermitSpec, toPermit } from "./host-permits.ts";
import type { LedgerHome } from "./ledger-home.ts";
import type { History, Step } from "./step.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** What a call to the process came to. */
type End<Value> = { is: "value"; value: Value } | { is: "error"; error: unknown } | { is: "killed" };

/** Lives through a history and gives what went wrong: empty when the promise held. */
export async function runHistory(history: History, home: LedgerHome): Promise<string[]> {
  const world = createHistoryWorld(history, home);
  const run = new HistoryRun(world);
  const violations = () => [
    ...world.violations,
    ...world.judge.violations,
    ...[...world.vendors.values()].flatMap((vendor) => vendor.violations),
  ];
  await run.begin();
  for (const step of history.steps) {
    await run.take(step);
    if (violations().length > 0) break;
  }
  if (violations().length === 0) await run.calmDown();
  await run.end();
  return violations();
}

class HistoryRun {
  readonly #world: HistoryWorld;
  readonly #providerIds = new Set(["alpha", "beta"]);
  readonly #dismissed = new Set<string>();
  #process: HistoryProcess | undefined;
  #ledger: Ledger | undefined;
  /** Whether the directory, or the providers, changed without the sync's having been told for sure. */
  #owesRefresh = false;

  constructor(world: HistoryWorld) {
    this.#world = world;
  }

  async begin(): Promise<void> {
    const { home, random, words, violations } = this.#world;
    const ledger = await home.reopen(random);
    await ledger.open();
    this.#ledger = ledger;
    violations.push(...(await words.resolve((id) => ledger.getPermit(id))));
    this.#world.noteShared();
    const begun = beginProcess(this.#world, { ledger, providerIds: this.#providerIds });
    this.#process = begun;
    await this.#call("start", async () => begun.sync.start());
    if (this.#owesRefresh) await this.#refresh(null);
  }

  async end(): Promise<void> {
    this.#process?.spare();
    if (this.#process?.isDead() === false) await this.#stop();
    await this.#world.home.dispose();
  }

  /** Waits for what the process answers, for a bounded time. */
  async #call<Value>(
    name: string,
    ask: () => Promise<Value>,
    { withinMs = SECOND }: { withinMs?: number } = {},
  ): Promise<End<Value>> {
    const { activity, time, violations } = this.#world;
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
    for (let left = withinMs; ; ) {
      await activity.settle();
      if (end !== undefined) return end;
      if (asked?.isDead() !== false) return { is: "killed" };
      const next = time.untilNext();
      if (next === undefined || next > left) {
        violations.push(`${name} has no end within ${withinMs} ms.`);
        return { is: "killed" };
      }
      time.advance(next);
      time.runDue();
      left -= next;
    }
  }

  /** A call that must not fail. Tells whether its end was heard. */
  async #succeed(
    name: string,
    ask: () => Promise<unknown>,
    options?: { withinMs: number },
  ): Promise<boolean> {
    const end = await this.#call(name, ask, options);
    if (end.is === "error") this.#world.violations.push(`${name} failed: ${String(end.error)}`);
    return end.is === "value";
  }

  async #living(): Promise<HistoryProcess> {
    for (;;) {
      const process = this.#process;
      if (process !== undefined && !process.isDead()) return process;
      await this.begin();
    }
  }

  async take(step: Step): Promise<void> {
    const world = this.#world;
    switch (step.do) {
      case "pass":
        return this.#pass(step.ms);
      case "jump":
        return world.time.jump(step.ms);
      case "fault":
        world.faults.get(step.providerId)?.push(...step.faults);
        return;
      case "condition":
        world.conditions.set(step.providerId, step.condition);
        return;
      case "refuse":
        return this.#setRefused(step.providerId, step);
      case "directory_fails":
        return world.host.failNext(step.reads);
      case "ledger_fails":
        return world.failLedger(step.calls);
      case "crash":
        (await this.#living()).killAfter(step.after);
        if (step.after === 0) await this.#pass(step.downMs);
        return;
      case "restart":
        await this.#living();
        await this.#stop();
        return this.#pass(step.downMs);
      case "say":
        return this.#say(step.words);
      case "say_many":
        return this.#sayMany(step.specs);
      case "map":
        for (const edit of step.edits) {
          world.aboutToChange();
          world.host.apply(edit);
        }
        this.#owesRefresh = true;
        await this.#living();
        return this.#owesRefresh ? this.#refresh(step.companyId) : undefined;
      case "provider":
        return this.#changeProvider(step);
      case "attend":
        return this.#attend(step.dismiss);
    }
  }

  #setRefused(
    providerId: string,
    { plates, targets }: { plates: readonly string[]; targets: readonly string[] },
  ): void {
    const vendor = this.#world.vendors.get(providerId);
    vendor?.refusedPlates.clear();
    vendor?.refusedTargets.clear();
    for (const plate of plates) vendor?.refusedPlates.add(plate);
    for (const target of targets) vendor?.refusedTargets.add(target);
  }

  async #pass(ms: number): Promise<void> {
    const { activity, time, conditions } = this.#world;
    const from = time.elapsed();
    for (;;) {
      await activity.settle();
      const left = from + ms - time.elapsed();
      // Nobody is down for days: what happens every minute would only happen more often.
      if (time.elapsed() - from > 4 * HOUR) for (const id of conditions.keys()) conditions.set(id, "well");
      const next = time.untilNext();
      if (next === undefined || next > left) {
        time.advance(Math.max(0, left));
        break;
      }
      time.advance(next);
      time.runDue();
    }
    await activity.settle();
  }

  async #stop(): Promise<void> {
    const stopping = this.#process;
    if (stopping === undefined) return;
    await this.#succeed("stop", () => stopping.sync.stop(), { withinMs: 5 * MINUTE });
    if (!stopping.isDead()) await this.#world.activity.settle();
    stopping.clear();
    this.#process = undefined;
  }

  async #say(said: readonly HostWord[]): Promise<void> {
    const { sync } = await this.#living();
    const { words, violations } = this.#world;
    const statuses = words.begin(said, { together: false });
    this.#world.noteShared();
    const tell = async (word: HostWord, index: number): Promise<string> => {
      try {
        if ("spec" in word) return (await sync[word.kind](toPermit(word.spec))).status;
        return (await sync[word.kind](word.permitId)).status;
      } catch (thrown) {
        if (isEnforcementError(thrown) && thrown.field === "permit.revision") return "conflict";
        throw thrown;
      } finally {
        if (this.#process?.isDead() === false) words.confirm(index);
      }
    };
    const end = await this.#call("say", () => Promise.all(said.map(tell)));
    if (end.is === "killed") return;
    if (end.is === "error") violations.push(`The host was told: ${String(end.error)}`);
    else if (end.value.join() !== statuses.join()) {
      violations.push(`The host was told ${end.value.join()} instead of ${statuses.join()}.`);
    }
    words.finish();
  }

  async #sayMany(specs: readonly PermitSpec[]): Promise<void> {
    const { sync } = await this.#living();
    const { words, violations } = this.#world;
    const said = specs.map((spec): HostWord => ({ kind: "issue", spec }));
    const statuses = words.begin(said, { together: true });
    this.#world.noteShared();
    const end = await this.#call("issueMany", () => sync.issueMany(specs.map(toPermit)));
    if (end.is === "killed") return;
    const conflict = statuses.indexOf("conflict");
    if (end.is === "error") {
      const field = isEnforcementError(end.error) ? end.error.field : String(end.error);
      if (conflict < 0 || field !== `permits[${conflict}].revision`)
        violations.push(`issueMany failed: ${field}`);
    } else if (end.value.map(({ status }) => status).join() !== statuses.join()) {
      violations.push(`issueMany says ${JSON.stringify(end.value)} instead of ${statuses.join()}.`);
    }
    words.finish();
  }

  async #refresh(companyId: string | null): Promise<void> {
    const { sync } = await this.#living();
    if (!this.#owesRefresh) return;
    const ask = () => sync.refresh(companyId === null ? {} : { companyId });
    if (!(await this.#succeed("refresh", ask))) return;
    this.#owesRefresh = false;
    this.#world.toldOfChange();
  }

  async #changeProvider({ change, providerId }: Extract<Step, { do: "provider" }>): Promise<void> {
    const process = await this.#living();
    const { sync } = process;
    const has = this.#providerIds.has(providerId);
    const options = { withinMs: 5 * MINUTE };
    if (has && change === "replace") {
      await this.#succeed(
        "replaceProvider",
        async () => sync.replaceProvider(process.createProvider(providerId)),
        options,
      );
    } else if (has && change === "remove" && this.#providerIds.size > 1) {
      this.#providerIds.delete(providerId);
      await this.#succeed("removeProvider", async () => sync.removeProvider(providerId), options);
    } else if (!has && change === "add") {
      this.#providerIds.add(providerId);
      this.#owesRefresh = true;
      const isAdded = await this.#succeed(
        "addProvider",
        async () => sync.addProvider(process.createProvider(providerId)),
        options,
      );
      if (isAdded) this.#owesRefresh = false;
    }
  }

  /** A person retries what was refused, or lets it be. */
  async #attend(dismiss: boolean): Promise<void> {
    const { sync } = await this.#living();
    await this.#succeed("attend", async () => {
      const keys: string[] = [];
      for await (const { key } of await sync.failures()) keys.push(key);
      for (const key of keys) {
        if (dismiss && this.#world.random() < 0.5) {
          this.#dismissed.add(key);
          await sync.dismiss(key);
        } else await sync.retry(key);
      }
    });
  }

  async #idle(): Promise<void> {
    const { sync } = await this.#living();
    await this.#succeed("idle", () => sync.idle(), { withinMs: 3 * HOUR });
  }

  async calmDown(): Promise<void> {
    const { time, conditions, faults, host, vendors } = this.#world;
    this.#process?.spare();
    for (const id of conditions.keys()) conditions.set(id, "well");
    for (const queue of faults.values()) queue.length = 0;
    host.failNext(0);
    this.#world.failLedger(0);
    (await this.#living()).spare();
    if (this.#owesRefresh) await this.#refresh(null);
    // Until the clock has caught up with what it showed, and a dead process's claims are over.
    await this.#pass(Math.max(0, time.latest() - time.now().getTime()) + 2 * MINUTE);
    await this.#idle();
    await this.#judge();
    for (const id of vendors.keys()) this.#setRefused(id, { plates: [], targets: [] });
    await this.#attend(false);
    await this.#idle();
    await this.#judge({ isHealed: true });
  }

  async #judge(options: { isHealed?: boolean } = {}): Promise<void> {
    const { sync } = await this.#living();
    const ledger = this.#ledger;
    if (ledger === undefined || this.#world.violations.length > 0) return;
    const providerIds = [...this.#providerIds];
    this.#world.violations.push(...(await judgeCalm(this.#world, { sync, ledger, providerIds, ...options })));
  }
}
