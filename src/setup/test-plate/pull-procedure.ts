import { fieldError } from "../../core/fields.ts";
import type { LookupProbeAnswer } from "../../core/lookup/lookup-probe.ts";
import type { PermitInput } from "../../core/permit/permit.ts";
import { askEndpoint, readEndpoint } from "../ask-endpoint.ts";
import { within } from "../within.ts";
import type { PullTestPlateOptions } from "./test-plate.ts";
import type { TestPlateProcedure, TestPlateRun } from "./test-plate-run.ts";

/** The test plate of a pull provider: a test permit is set, looked up through the host's own endpoint, and removed. */
export function createPullProcedure(
  run: TestPlateRun,
  { provider, permits, lookup }: PullTestPlateOptions,
): TestPlateProcedure {
  if (typeof permits?.set !== "function" || typeof permits.remove !== "function") {
    throw fieldError("permits", "must be an object with the functions set and remove.");
  }
  if (lookup === undefined) throw fieldError("lookup", "is missing: say where our own endpoint is.");
  const access = readEndpoint(lookup, provider);
  const { company, location, plate, validFrom, endsAt, deadlineMs } = run;
  const permit: PermitInput = {
    id: `test-plate-${run.id}`,
    companyId: company.id,
    locationIds: [location.id],
    plates: [plate],
    validFrom,
    validTo: endsAt,
    revision: 1,
  };
  const { number: plateNumber, region } = plate;
  const question = {
    plateNumber,
    ...(region === undefined ? {} : { region }),
    ...(provider.capabilities.places ? { locationId: location.id } : {}),
  };
  const ask = (signal: AbortSignal | undefined) =>
    within({ signal, deadlineMs, what: "Our endpoint" }, (ended) =>
      askEndpoint(access, question, { signal: ended }),
    );
  const shows = (answer: LookupProbeAnswer) =>
    answer.shows === "permit" && (answer.permitIds?.includes(permit.id) ?? true);
  const trace = { delivery: "pull", permitId: permit.id } as const;

  return {
    trace,
    async publish() {
      await within({ signal: run.signal, deadlineMs, what: "permits.set" }, () => permits.set(permit));
      return trace;
    },
    async look() {
      const answer = await ask(run.signal);
      return { by: "endpoint", seen: shows(answer), ...describe(answer) };
    },
    // A person is asked only after the endpoint has shown the permit: an officer cannot see it otherwise.
    needsPerson: (looked) => looked?.seen === true,
    async withdraw() {
      await within({ signal: undefined, deadlineMs, what: "permits.remove" }, () =>
        permits.remove(permit.id),
      );
    },
    async isGone() {
      const answer = await ask(undefined);
      return answer.shows === "permit" || answer.shows === "none" ? !shows(answer) : undefined;
    },
  };
}

function describe(answer: LookupProbeAnswer): { why?: string } {
  switch (answer.shows) {
    case "refused":
      return { why: `Our endpoint refuses its own credentials (${answer.status}).` };
    case "unavailable":
      return { why: `Our endpoint gave no answer: ${answer.why}.` };
    case "permit":
      return {};
    default:
      return { why: "Our endpoint answers that there is no permit." };
  }
}
