import type { LookupProbeAnswer } from "../../core/lookup/lookup-probe.ts";
import type { Outcome } from "../../core/provider.ts";
import { type CheckResult, failed, passed, unknown, unknownAfter } from "./check-result.ts";
import type { ReadinessFacts } from "./readiness-facts.ts";

/** Whether our endpoint is there at all. */
export function judgeEndpoint(facts: ReadinessFacts): CheckResult {
  return judge(facts.lookup?.own, (answer) =>
    answer.shows === "unavailable"
      ? failed(`Our endpoint gives no answer: ${answer.why}.`)
      : passed("Our endpoint answers."),
  );
}

/** Whether it answers its own credentials. Nothing found is as good an answer as any. */
export function judgeOwnCredentials(facts: ReadinessFacts): CheckResult {
  return judge(facts.lookup?.own, (answer) => {
    if (answer.shows === "unavailable") return unknown("Our endpoint gives no answer.");
    return answer.shows === "refused"
      ? failed(`Our endpoint refuses its own credentials (${answer.status}).`)
      : passed("Our endpoint answers its own credentials.");
  });
}

/** Whether it refuses wrong ones. */
export function judgeWrongCredentials(facts: ReadinessFacts): CheckResult {
  return judge(facts.lookup?.wrong, (answer) => {
    if (answer.shows === "refused") return passed("It refuses wrong ones.");
    return answer.shows === "unavailable"
      ? unknown("Whether our endpoint refuses wrong credentials could not be seen.")
      : failed("Our endpoint answers wrong credentials as well: anybody can ask it.");
  });
}

function judge(
  outcome: Outcome<LookupProbeAnswer> | undefined,
  read: (answer: LookupProbeAnswer) => CheckResult,
): CheckResult {
  if (outcome === undefined)
    return unknown("Our endpoint was not asked: its address or its credentials were not given.");
  if (outcome.ok) return read(outcome.value);
  const { error } = outcome;
  return error.code === "invalid_input" ? failed(error.message) : unknownAfter(error);
}
