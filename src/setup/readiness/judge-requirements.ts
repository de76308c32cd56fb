import type { SetupRequirement } from "../../core/provider-setup.ts";
import { fillEmail, fillSentence, type Placeholders } from "../fill-text.ts";
import { type CheckResult, judgeCheck } from "./judge-check.ts";
import type { LocationReadiness, RequirementReadiness, RequirementState } from "./readiness.ts";
import type { ReadinessFacts } from "./readiness-facts.ts";

/** The vendor's requirements with their states. */
export function judgeRequirements(
  facts: ReadinessFacts,
  rows: readonly LocationReadiness[],
  { confirmed, places }: { confirmed: readonly string[]; places: Placeholders },
): RequirementReadiness[] {
  const { requirements } = facts.provider.setup;
  const byId = new Map(requirements.map((requirement) => [requirement.id, requirement]));
  const results = new Map(
    requirements.map(({ id, checks }) => [
      id,
      combineResults(
        checks.map((check) => judgeCheck(check, facts, rows)),
        confirmed.includes(id),
      ),
    ]),
  );
  const states = new Map<string, RequirementState>();
  const stateOf = ({ id, after = [] }: SetupRequirement): RequirementState => {
    const known = states.get(id);
    if (known !== undefined) return known;
    const own = results.get(id)?.state ?? "unknown";
    // Set before the recursion, so that it ends when a requirement comes after itself.
    states.set(id, own);
    const state = own !== "done" && after.some(isBlocking) ? "blocked" : own;
    states.set(id, state);
    return state;
  };
  const isBlocking = (id: string): boolean => {
    const requirement = byId.get(id);
    return requirement !== undefined && ["missing", "blocked"].includes(stateOf(requirement));
  };
  return requirements.map((requirement) => {
    const { id, item, providedBy, detail, optional = false, after = [], email } = requirement;
    const state = stateOf(requirement);
    const { findings = [], passing = false } = results.get(id) ?? {};
    const blockedBy =
      state === "blocked" ? after.filter(isBlocking).map((first) => byId.get(first)?.item ?? first) : [];
    return {
      id,
      item,
      providedBy,
      detail,
      optional,
      state,
      findings,
      blockedBy,
      next: describeNext(requirement, { state, blockedBy, passing, places }),
      ...(state === "done" || email === undefined ? {} : { email: fillEmail(email, places) }),
    };
  });
}

interface CombinedResult {
  readonly state: Exclude<RequirementState, "blocked">;
  readonly findings: readonly string[];
  readonly passing: boolean;
}

/** The state of a requirement: `missing` when a check failed; else `unknown` when one is, unless a person confirmed it. */
function combineResults(results: readonly CheckResult[], isConfirmed: boolean): CombinedResult {
  const failed = results.filter(({ state }) => state === "failed");
  const unknown = results.filter(({ state }) => state === "unknown");
  if (failed.length > 0) return { state: "missing", findings: findingsOf(failed), passing: false };
  if (unknown.length === 0) return { state: "done", findings: findingsOf(results), passing: false };
  if (isConfirmed) return { state: "done", findings: ["A person has confirmed it."], passing: false };
  const passing = unknown.every((result) => result.passing === true);
  return { state: "unknown", findings: findingsOf(unknown), passing };
}

function findingsOf(results: readonly CheckResult[]): string[] {
  return [...new Set(results.map(({ finding }) => finding).filter((finding) => finding !== ""))];
}

function describeNext(
  { next }: SetupRequirement,
  {
    state,
    blockedBy,
    passing,
    places,
  }: {
    state: RequirementState;
    blockedBy: readonly string[];
    passing: boolean;
    places: Placeholders;
  },
): string | null {
  if (state === "done") return null;
  if (state === "blocked") return `First: ${blockedBy.join(", ")}.`;
  if (state === "unknown" && passing) return "Check again later: the check could not be completed now.";
  return fillSentence(next, places) ?? next;
}
