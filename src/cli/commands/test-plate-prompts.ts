import { EnforcementError } from "../../core/errors.ts";
import type { LookupProbe } from "../../core/lookup/lookup-probe.ts";
import type { TestPlateEvidence } from "../../setup/evidence/evidence.ts";
import type { TestPermits, TestPlateSight } from "../../setup/test-plate/test-plate.ts";
import { describeCancel, type Terminal } from "../command.ts";
import { toVisible } from "../report/visible.ts";
import { showInstant } from "../report/words.ts";
import { wrap } from "../terminal/wrap.ts";

/** Questions of one run, and why one of them got no answer. */
export interface Questions {
  /** @throws EnforcementError `aborted` when there is no answer */
  ask(question: string, signal?: AbortSignal): Promise<string>;
  /** Why there was no answer, in sentences; `undefined` as long as every question got one. */
  readonly unanswered: string | undefined;
}

/** Asks at a terminal. `onAnswer` is called after each answer. */
export function createQuestions(terminal: Terminal, onAnswer: () => void): Questions {
  let unanswered: string | undefined;
  return {
    async ask(question, signal = terminal.signal) {
      const answer = await terminal.ask(wrap(toVisible(question), terminal.errors), signal);
      if (answer !== undefined) {
        onAnswer();
        return answer;
      }
      unanswered = describeSilence(terminal, signal);
      throw new EnforcementError("aborted", unanswered);
    },
    get unanswered() {
      return unanswered;
    },
  };
}

/** What there is to do where a person must answer, and there is no terminal. */
export const WITHOUT_TERMINAL = "Run the command in a terminal, or pipe the answers into it, one in a line.";

function describeSilence({ signal: stop, input }: Terminal, signal: AbortSignal): string {
  if (stop.aborted) return describeCancel(stop);
  if (signal.aborted) return "No answer came as long as the test right was valid.";
  return input === "terminal"
    ? "The input was ended (Ctrl+D) before the question was answered."
    : `There is no terminal to ask at, and the input holds no answer. ${WITHOUT_TERMINAL}`;
}

/** Describes the test plate of an interrupted run, from its record. Without a record, the run sent nothing. */
export function describeCleanUp(record: TestPlateEvidence | undefined): string {
  if (record === undefined) return "Nothing was sent.";
  const { state, trace, plate, locationId, endsAt, problem = "" } = record;
  if (trace.delivery === "pull") {
    return state === "closed"
      ? `The permit for ${namePermit(plate.number, locationId)} was withdrawn.`
      : `If you have issued the permit for ${namePermit(plate.number, locationId)}, take it out of your system; --sweep asks for it again.`;
  }
  if (state === "closed") {
    return trace.receipt === undefined
      ? `${plate.number} is not valid there: it was withdrawn, or never accepted.`
      : `${plate.number} was withdrawn.`;
  }
  const [, cause = "it is shown although it was cancelled."] = /Not withdrawn: (.*)$/s.exec(problem) ?? [];
  return `${plate.number} was not withdrawn: ${cause} It ends by itself at ${showInstant(new Date(endsAt))}; run --sweep to withdraw it before.`;
}

/** Asks whether the officer's screen shows the test plate. */
export function askForSight({ ask }: Questions): (sight: TestPlateSight) => Promise<boolean> {
  return async ({ title, plate, location, target, until, signal }) => {
    const question = `${title}: does the officer's screen show ${plate} at ${location.name} (${target}), until ${showInstant(until)}? [y/n] `;
    for (;;) {
      const answer = (await ask(question, signal)).trim().toLowerCase();
      if (answer === "y" || answer === "yes") return true;
      if (answer === "n" || answer === "no") return false;
    }
  };
}

/**
 * Test permits that a person enters into the host's own system and takes out again.
 *
 * @param left runs of earlier times, whose permits may still have to be taken out
 */
export function promptedPermits({ ask }: Questions, left: readonly TestPlateEvidence[] = []): TestPermits {
  const names = new Map(
    left.flatMap(({ trace, plate, locationId }) =>
      trace.delivery === "pull" ? [[trace.permitId, namePermit(plate.number, locationId)]] : [],
    ),
  );
  return {
    async set({ id, plates, locationIds, validFrom, validTo }) {
      const name = namePermit(plates.map((one) => one.raw).join(", "), locationIds.join(", "));
      names.set(id, name);
      const interval = `from ${showInstant(new Date(validFrom))} ${validTo === null ? "on" : `to ${showInstant(new Date(validTo))}`}`;
      await ask(
        `In your system, issue a permit for ${name}, valid ${interval}. Press Enter when it is there. `,
      );
    },
    async remove(id) {
      const which = names.get(id);
      const permit = which === undefined ? "the test permit" : `the permit for ${which}`;
      await ask(`Take ${permit} out of your system again. Press Enter when it is gone. `);
    },
  };
}

function namePermit(plate: string, locationId: string): string {
  return `plate ${plate} at location ${locationId}`;
}

/** The same probe without permit ids: a permit that a person issues has the id that their system gives it. */
export function ignoreIds(probe: LookupProbe): LookupProbe {
  return {
    ...probe,
    readReply(reply) {
      const answer = probe.readReply(reply);
      return answer.shows === "permit" ? { shows: "permit" } : answer;
    },
  };
}
