import type { LookupProbeAnswer } from "../../core/lookup/lookup-probe.ts";
import type { Outcome } from "../../core/provider.ts";
import { type CheckResult, failed, passed, unknown, unknownAfter } from "./check-result.ts";
import type { ReadinessFacts } from "./readiness-facts.ts";

/** Whether the host's endpoint can be reached. */
export function judgeEndpoint(facts: ReadinessFacts): CheckResult {
  return judge(facts.lookup?.own, (answer) =>
    answer.shows === "unavailable"
      ? failed(`Our endpoint gives no answer: ${answer.why}.`)
      : passed("Our endpoint answers."),
  );
}

/** Whether the endpoint accepts its own credentials. "No permit" passes too. */
export function judgeOwnCredentials(facts: ReadinessFacts): CheckResult {
  return judge(facts.lookup?.own, (answer) => {
    if (answer.shows === "unavailable") return unknown("Our endpoint gives no answer.");
    return answer.shows === "refused"
      ? failed(`Our endpoint refuses its own credentials (${answer.status}).`)
      : passed("Our endpoint answers its own credentials.");
  });
}

/** Whether the endpoint refuses wrong credentials. */
export function judgeWrongCredentials(facts: ReadinessFacts): CheckResult {
  return judge(facts.lookup?.wrong, (answer) => {
    if (answer.shows === "refused") return passed("It refuses wrong ones.");
    return answer.shows === "unavailable"
      ? unknown("Whether our endpoint refuses wrong credentials is not known.")
      : failed("Our endpoint accepts wrong credentials too: everyone can query it.");
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
