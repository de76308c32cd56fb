import { isEnforcementError } from "../../../src/core/errors.ts";
import { judgeCalm } from "./calm-judge.ts";
import { judgeExplanations } from "./explanation-judge.ts";
import { isLive } from "./fake-vendor.ts";
import { HistoryDriver } from "./history-driver.ts";
import { createHistoryWorld, type HistoryWorld, VENDORS } from "./history-world.ts";
import type { DirectoryEdit } from "./host-directory.ts";
import { type HostWord, type PermitSpec, toPermit } from "./host-permits.ts";
import type { LedgerHome } from "./ledger-home.ts";
import type { History, Step } from "./step.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Lives through a history and gives what went wrong: empty when the promise held. */
export async function runHistory(history: History, home: LedgerHome): Promise<string[]> {
  const world = createHistoryWorld(history, home);
  const driver = new HistoryDriver(world);
  const run = new HistoryRun(driver);
  const violations = () => [
    ...world.violations,
    ...world.judge.violations,
    ...[...world.vendors.values()].flatMap((vendor) => vendor.violations),
  ];
  await driver.begin();
  for (const step of history.steps) {
    await run.take(step);
    if (violations().length > 0) break;
  }
  if (violations().length === 0) await run.calmDown();
  await driver.end();
  return violations();
}

/** Carries out the steps of a history. */
class HistoryRun {
  readonly #driver: HistoryDriver;

  constructor(driver: HistoryDriver) {
    this.#driver = driver;
  }

  async take(step: Step): Promise<void> {
    if (step.do !== "pass") this.#driver.moments.predictions.forget();
    await this.#carryOut(step);
    if (step.do !== "pass") this.#driver.moments.predictions.forget();
  }

  async #carryOut(step: Step): Promise<void> {
    const world = this.#driver.world;
    switch (step.do) {
      case "pass":
        return this.#driver.pass(step.ms);
      case "jump":
        return world.time.jump(step.ms);
      case "leap":
        world.time.jump(step.ms);
        for (const one of step.meanwhile) await this.take(one);
        return world.time.jump(-step.ms);
      case "fault":
        world.faults.get(step.providerId)?.push(...step.faults);
        return;
      case "condition":
        world.conditions.set(step.providerId, step.condition);
        return;
      case "lose":
        world.vendors.get(step.providerId)?.lose(({ plateNumber }) => step.plates.includes(plateNumber));
        return;
      case "refuse":
        return this.#setRefused(step.providerId, step);
      case "directory_fails":
        return world.host.failNext(step.reads);
      case "ledger_fails":
        return world.failLedger(step.calls);
      case "connections_silent":
        return world.silenceLedger(step.silences);
      case "crash":
        (await this.#driver.living()).killAfter(step.after);
        if (step.after === 0) await this.#driver.pass(step.downMs);
        return;
      case "restart":
        await this.#driver.living();
        await this.#driver.stop();
        return this.#driver.pass(step.downMs);
      case "say":
        return this.#say(step.words);
      case "say_many":
        return this.#sayMany(step.specs);
      case "map_meanwhile": {
        await this.#driver.living();
        const delay = world.time.createTimers();
        world.host.slowNext(() => new Promise((resolve) => delay.after(100, resolve)));
        await this.#say([step.word], () => this.#edit(step.edits));
        return;
      }
      case "map":
        this.#edit(step.edits);
        await this.#driver.living();
        return this.#driver.owesRefresh ? this.#driver.refresh(step.companyId) : undefined;
      case "provider":
        return this.#changeProvider(step);
      case "repair":
        await this.#repair(step.providerId);
        return;
      case "attend":
        return this.#attend(step.dismiss);
    }
  }

  #setRefused(
    providerId: string,
    { plates, targets }: { plates: readonly string[]; targets: readonly string[] },
  ): void {
    const vendor = this.#driver.world.vendors.get(providerId);
    vendor?.refusedPlates.clear();
    vendor?.refusedTargets.clear();
    for (const plate of plates) vendor?.refusedPlates.add(plate);
    for (const target of targets) vendor?.refusedTargets.add(target);
  }

  #edit(edits: readonly DirectoryEdit[]): void {
    const { world } = this.#driver;
    for (const edit of edits) {
      world.aboutToChange();
      world.host.apply(edit);
    }
    this.#driver.owesRefresh = true;
  }

  /** `meanwhile` happens while the changes are being recorded, and is followed by a refresh. */
  async #say(said: readonly HostWord[], meanwhile?: () => void): Promise<void> {
    const { sync } = await this.#driver.living();
    const { words, violations } = this.#driver.world;
    const statuses = words.begin(said, { together: false });
    this.#driver.world.noteSaid();
    const tell = async (word: HostWord, index: number): Promise<string> => {
      try {
        if ("spec" in word) return (await sync[word.kind](toPermit(word.spec))).status;
        return (await sync[word.kind](word.permitId)).status;
      } catch (thrown) {
        if (isEnforcementError(thrown) && thrown.field === "permit.revision") return "conflict";
        throw thrown;
      } finally {
        if (!this.#driver.isDead) words.confirm(index);
      }
    };
    const end = await this.#driver.call("say", async () => {
      const telling = Promise.all(said.map(tell));
      meanwhile?.();
      if (meanwhile !== undefined) await sync.refresh();
      return telling;
    });
    if (end.is === "killed") return;
    if (end.is === "error") violations.push(`The host was told: ${String(end.error)}`);
    else if (end.value.join() !== statuses.join()) {
      violations.push(`The host was told ${end.value.join()} instead of ${statuses.join()}.`);
    }
    words.finish();
    if (meanwhile === undefined) return;
    this.#driver.owesRefresh = false;
    this.#driver.world.toldOfChange();
  }

  async #sayMany(specs: readonly PermitSpec[]): Promise<void> {
    const { sync } = await this.#driver.living();
    const { words, violations } = this.#driver.world;
    const said = specs.map((spec): HostWord => ({ kind: "issue", spec }));
    const statuses = words.begin(said, { together: true });
    this.#driver.world.noteSaid();
    const end = await this.#driver.call("issueMany", () => sync.issueMany(specs.map(toPermit)));
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

  async #changeProvider({ change, providerId }: Extract<Step, { do: "provider" }>): Promise<void> {
    const process = await this.#driver.living();
    const { sync } = process;
    const has = this.#driver.providerIds.has(providerId);
    const options = { withinMs: 5 * MINUTE };
    if (has && change === "replace") {
      await this.#driver.succeed(
        "replaceProvider",
        async () => sync.replaceProvider(process.createProvider(providerId)),
        options,
      );
    } else if (has && change === "remove" && this.#driver.providerIds.size > 1) {
      this.#driver.providerIds.delete(providerId);
      await this.#driver.succeed("removeProvider", async () => sync.removeProvider(providerId), options);
    } else if (!has && change === "add") {
      this.#driver.providerIds.add(providerId);
      this.#driver.owesRefresh = true;
      const isAdded = await this.#driver.succeed(
        "addProvider",
        async () => sync.addProvider(process.createProvider(providerId)),
        options,
      );
      if (isAdded) this.#driver.owesRefresh = false;
    }
  }

  /** A person retries what was refused, or lets it be. */
  async #attend(dismiss: boolean): Promise<void> {
    const { sync } = await this.#driver.living();
    const { random } = this.#driver.world;
    const attend = async () => {
      if (!dismiss) {
        await sync.retry({ all: true });
        return;
      }
      const keys: string[] = [];
      for await (const { key } of sync.failures()) keys.push(key);
      for (const key of keys) await (random() < 0.5 ? sync.dismiss(key) : sync.retry(key));
    };
    const end = await this.#driver.call("attend", attend, { withinMs: 5 * MINUTE });
    // A person may be asked to come back later.
    if (end.is === "error" && !(isEnforcementError(end.error) && end.error.code === "unavailable")) {
      this.#driver.world.violations.push(`attend failed: ${String(end.error)}`);
    }
  }

  /** Compares the vendor with the ledger, or says everything again. Tells whether that came to its end. */
  async #repair(providerId: string): Promise<boolean> {
    const { sync } = await this.#driver.living();
    if (!this.#driver.providerIds.has(providerId)) return false;
    const { canBeListed } = VENDORS[providerId as keyof typeof VENDORS];
    const repair = async () =>
      canBeListed ? sync.reconcile(providerId) : sync.reassert(providerId, { perSecond: 1_000 });
    const end = await this.#driver.call("repair", repair, { withinMs: HOUR });
    // A vendor that is down ends it.
    const isExpected = end.is === "error" && isEnforcementError(end.error) && end.error.field === undefined;
    if (end.is === "error" && !isExpected) {
      this.#driver.world.violations.push(`repair failed: ${String(end.error)}`);
    }
    return end.is === "value";
  }

  async #idle(): Promise<void> {
    const { sync } = await this.#driver.living();
    await this.#driver.succeed("idle", () => sync.idle(), { withinMs: 3 * HOUR });
  }

  async calmDown(): Promise<void> {
    this.#driver.moments.predictions.forget();
    const { conditions, faults, host, vendors } = this.#driver.world;
    this.#driver.spare();
    for (const id of conditions.keys()) conditions.set(id, "well");
    for (const queue of faults.values()) queue.length = 0;
    host.failNext(0);
    this.#driver.world.failLedger(0);
    this.#driver.world.silenceLedger([]);
    await this.#driver.living();
    this.#driver.spare();
    if (this.#driver.owesRefresh) await this.#driver.refresh(null);
    // Until a dead process's claims are over.
    await this.#driver.pass(2 * MINUTE);
    await this.#idle();
    await this.#judge();
    this.#driver.moments.predictions.forget();
    for (const id of vendors.keys()) this.#setRefused(id, { plates: [], targets: [] });
    await this.#attend(false);
    await this.#idle();
    await this.#retryTakenPlaces();
    await this.#judge({ isHealed: true });
    if (this.#driver.world.violations.length > 0) return;
    this.#driver.moments.predictions.forget();
    for (const id of this.#driver.providerIds) disturb(this.#driver.world, id);
    // Twice: what is registered while a vendor is listed may move a record from the second page to the first, unseen.
    for (let run = 1; run <= 2; run += 1) {
      for (const id of this.#driver.providerIds) {
        if (!(await this.#repair(id))) this.#driver.world.violations.push(`Calm, ${id}: it is not repaired.`);
      }
      await this.#idle();
      // What a reading found missing was not read back.
      await this.#driver.moments.lookNow(this.#driver.ledger);
    }
    this.#driver.moments.predictions.forget();
    await this.#retryTakenPlaces();
    await this.#judge({ isHealed: true, isRepaired: true });
  }

  /** What was refused because another right existed is tried again within the hour after that one has gone. */
  async #retryTakenPlaces(): Promise<void> {
    if (![...this.#driver.world.vendors.values()].some(({ keepsOne }) => keepsOne)) return;
    await this.#driver.pass(2 * HOUR);
    await this.#idle();
  }

  async #judge(options: { isHealed?: boolean; isRepaired?: boolean } = {}): Promise<void> {
    const { sync } = await this.#driver.living();
    const { world, ledger, providerIds } = this.#driver;
    if (world.violations.length > 0) return;
    const asked = { sync, ledger, providerIds: [...providerIds], ...options };
    world.violations.push(...(await judgeCalm(world, asked)), ...(await judgeExplanations(world, asked)));
    // What could not be sent is sent, and where nothing was left to send, checkConnection was answered.
    for (const { providerId, breaker } of (await sync.status()).providers) {
      if (breaker.state !== "closed")
        world.violations.push(`Calm, ${providerId}: its breaker is not closed.`);
    }
  }
}

/** The vendor loses a third of its rights, shows another third with another end, and shows rights that sync did not register. */
function disturb({ vendors, random, time }: HistoryWorld, providerId: string): void {
  const vendor = vendors.get(providerId);
  if (vendor === undefined) return;
  const now = time.now().getTime();
  // What ends soon is not repaired, and what has not begun is not shown.
  const live = [...vendor.rights.values()].filter(
    (right) => isLive(right, now) && right.end > now + 2 * HOUR && right.from <= now,
  );
  for (const { identity, plateNumber, end } of live) {
    const what = Math.floor(random() * 3);
    if (what === 0) vendor.lose((right) => right.identity === identity);
    if (what === 1) vendor.alter(identity, end + (random() < 0.5 ? HOUR : -HOUR));
    if (what === 2 && random() < 0.2)
      vendor.lose((right) => right.plateNumber === plateNumber && right.from <= now);
  }
  const [one] = live;
  if (one === undefined || !VENDORS[providerId as keyof typeof VENDORS].canBeListed) return;
  const identity = `0ff57ee7-0000-8000-a000-${Math.floor(random() * 1e12)
    .toString()
    .padStart(12, "0")}`;
  const stray = { permitId: "gone", locationId: "gone", plateNumber: "STRAY1", region: undefined };
  vendor.plant({
    identity,
    reference: identity,
    ...stray,
    target: one.target,
    from: now - HOUR,
    end: now + 12 * HOUR,
  });
}
