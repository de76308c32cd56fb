import { EnforcementError } from "../../core/errors.ts";
import type { LookupProbe } from "../../core/lookup-probe.ts";
import type { TestPlateEvidence } from "../../setup/evidence.ts";
import type { TestPermits, TestPlateSight } from "../../setup/test-plate.ts";
import type { Terminal } from "../command.ts";
import { toVisible } from "../report/visible.ts";
import { showInstant } from "../report/words.ts";

/** Asks whoever sits at the terminal whether the officer's screen shows the test plate. */
export function askForSight(terminal: Terminal): (sight: TestPlateSight) => Promise<boolean> {
  return async ({ title, plate, location, target, until, signal }) => {
    const question = `${title}: does the officer's screen show ${plate} at ${location.name} (${target}), until ${showInstant(until)}? [y/n] `;
    for (;;) {
      const answer = (await ask(terminal, question, signal)).trim().toLowerCase();
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
export function promptedPermits(terminal: Terminal, left: readonly TestPlateEvidence[] = []): TestPermits {
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
        terminal,
        `In your system, issue a permit for ${name}, valid ${interval}. Press Enter when it is there. `,
      );
    },
    async remove(id) {
      const which = names.get(id);
      const permit = which === undefined ? "the test permit" : `the permit for ${which}`;
      await ask(terminal, `Take ${permit} out of your system again. Press Enter when it is gone. `);
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

async function ask(
  terminal: Terminal,
  question: string,
  signal: AbortSignal = terminal.signal,
): Promise<string> {
  const answer = await terminal.ask(toVisible(question), signal);
  if (answer === undefined) throw new EnforcementError("aborted", "Nobody is there to answer.");
  return answer;
}
