import { FAILED } from "../answers.ts";
import type { LookupLog } from "../processes/officers-process.ts";
import { PHASES } from "../sizes.ts";
import type { Oracle } from "./oracle.ts";

/** The lookups of one phase. */
export interface PhaseLookups {
  readonly phase: string;
  /** How long each took, in milliseconds. */
  readonly tookMs: readonly number[];
}

export interface LookupVerdict {
  readonly asked: number;
  readonly wrong: number;
  /** Of these, the ones that got no answer at all. */
  readonly failed: number;
  /** Lookups that had one right answer, while the plate's permit changed before or after. */
  readonly ofChanged: number;
  readonly examples: readonly string[];
  readonly phases: readonly PhaseLookups[];
}

const MAX_EXAMPLES = 10;

/** Compares each answer with what the oracle says was right at that moment. */
export function judgeLookups(log: LookupLog, oracle: Oracle, startedAt: number): LookupVerdict {
  const tookMs = PHASES.map((): number[] => []);
  const examples: string[] = [];
  const changed = new Set(oracle.changes.flatMap(({ state, plate }) => [state.permit, plate]));
  let [wrong, failed, ofChanged] = [0, 0, 0];
  for (const [index, answer] of log.answer.entries()) {
    const [plate = 0, askedAt = 0, answeredAt = 0] = [log.plate, log.askedAt, log.answeredAt].map(
      (column) => column[index],
    );
    tookMs[log.phase[index] ?? 0]?.push(log.tookMs[index] ?? 0);
    if (changed.has(plate)) ofChanged += 1;
    if (answer === FAILED) failed += 1;
    const right = oracle.rightAnswers(plate, askedAt, answeredAt);
    if (right.has(answer)) continue;
    wrong += 1;
    if (examples.length < MAX_EXAMPLES) {
      const when = `${askedAt - startedAt} to ${answeredAt - startedAt} ms`;
      examples.push(`plate ${plate}, asked ${when}: ${answer} instead of ${[...right].join(" or ")}`);
    }
  }
  return {
    asked: log.answer.length,
    wrong,
    failed,
    ofChanged,
    examples,
    phases: PHASES.map((phase, index) => ({ phase, tookMs: tookMs[index] ?? [] })),
  };
}
