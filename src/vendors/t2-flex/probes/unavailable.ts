import type { LookupProbeAnswer } from "../../../core/lookup/lookup-probe.ts";

/** What a reply is that is no answer. `wanted` says what a status of 200 should have brought. */
export function unavailable(status: number, wanted: string): LookupProbeAnswer {
  return {
    shows: "unavailable",
    why: status === 200 ? `the reply is not ${wanted}` : `the reply has the status ${status}`,
  };
}
