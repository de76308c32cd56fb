import { EnforcementError } from "../../core/errors.ts";
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

/** Test permits that a person enters into the host's own system and takes out again. */
export function promptedPermits(terminal: Terminal): TestPermits {
  return {
    async set({ id, plates, locationIds, validFrom, validTo }) {
      const plate = plates.map((one) => one.raw).join(", ");
      const question = `Issue a permit ${id} for plate ${plate} at location ${locationIds.join(", ")} in your system, valid from ${String(validFrom)} to ${String(validTo)}. Press Enter when it is there. `;
      await ask(terminal, question);
    },
    async remove(id) {
      await ask(terminal, `Take the permit ${id} out of your system again. Press Enter when it is gone. `);
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
