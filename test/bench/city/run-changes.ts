import { setTimeout as pause } from "node:timers/promises";
import type { ScheduledChange } from "./day.ts";
import type { Oracle, ToldChange, ToldMapping } from "./judge/oracle.ts";
import { type Child, ChildGone } from "./processes/child.ts";
import type { AskedPlate } from "./processes/officers-process.ts";
import type { ChangeReply, WriterApi } from "./processes/writer-process.ts";

export type Writer = Child<WriterApi, number | null>;

/** The host: tells sync what changes, at the moment for which it is scheduled. */
export class Host {
  readonly #oracle: Oracle;
  readonly #writers: readonly (Writer | undefined)[];
  readonly #onChange: (plates: AskedPlate[]) => void;
  /** The last change of each permit and of each lot: the next one of the same waits for it, as a host's would. */
  readonly #last = new Map<string, Promise<void>>();
  readonly unexpected: string[] = [];
  #turn = 0;

  constructor(
    oracle: Oracle,
    {
      writers,
      onChange,
    }: { writers: readonly (Writer | undefined)[]; onChange: (plates: AskedPlate[]) => void },
  ) {
    this.#oracle = oracle;
    this.#writers = writers;
    this.#onChange = onChange;
  }

  /** Tells all changes of a phase. Fulfilled when each call has returned. */
  async tellAll(scheduled: readonly ScheduledChange[], phase: number, onShare: (share: number) => void) {
    const startedAt = performance.now();
    const calls: Promise<void>[] = [];
    for (const [index, change] of scheduled.entries()) {
      const waitMs = change.atMs - (performance.now() - startedAt);
      if (waitMs > 0) await pause(waitMs);
      onShare(index / scheduled.length);
      calls.push(this.#tell(change, phase));
    }
    await Promise.all(calls);
  }

  #tell({ kind, pick, lot }: ScheduledChange, phase: number): Promise<void> {
    const key = kind === "mapping" ? `${pick} ${lot}` : String(pick);
    const call = async () => {
      const now = Date.now();
      if (kind === "mapping") return this.#tellMapping(this.#oracle.tellMapping(pick, lot, { phase, now }));
      const before = this.#oracle.stateOf(pick).plate;
      const told = this.#oracle.tell(kind, pick, { phase, now });
      const { permit, plate } = told.state;
      this.#onChange(
        kind === "new" ? [{ permit, plate }] : [before, plate].map((one) => ({ permit, plate: one })),
      );
      return this.#tellPermit(told);
    };
    // New permits have numbers of their own.
    if (kind === "new") return call();
    const next = (this.#last.get(key) ?? Promise.resolve()).then(call);
    this.#last.set(key, next);
    return next;
  }

  async #tellPermit(told: ToldChange): Promise<void> {
    const { state, kind } = told;
    const call = kind === "revocation" ? "revoke" : kind === "new" ? "issue" : "revise";
    for (let attempt = 1; ; attempt += 1) {
      const reply = await this.#ask((writer) => writer.ask("change", { call, state }));
      if (reply === undefined) continue;
      told.returnedAt = reply.returnedAt;
      // What a killed process has recorded is the same again for the next one.
      const isExpected = reply.status === "recorded" || (attempt > 1 && reply.status === "unchanged");
      if (!isExpected) this.unexpected.push(`${call} of permit ${state.permit}: ${reply.status}`);
      return;
    }
  }

  /** Each process has the mapping in its memory, so each is told. One that starts later reads it. */
  async #tellMapping(told: ToldMapping): Promise<void> {
    const { company, lot, version } = told;
    const returned = await Promise.all(
      this.#writers.map(async (writer) => {
        try {
          return (await writer?.ask("map", { company, lot, version }))?.returnedAt ?? 0;
        } catch (thrown) {
          if (thrown instanceof ChildGone) return 0;
          throw thrown;
        }
      }),
    );
    told.returnedAt = Math.max(...returned);
  }

  /** Asks the next process that is there; undefined when it is killed meanwhile. */
  async #ask(ask: (writer: Writer) => Promise<ChangeReply>): Promise<ChangeReply | undefined> {
    this.#turn += 1;
    const writer = this.#writers[this.#turn % this.#writers.length];
    try {
      if (writer !== undefined) return await ask(writer);
    } catch (thrown) {
      if (!(thrown instanceof ChildGone)) throw thrown;
    }
    await pause(10);
    return undefined;
  }
}
