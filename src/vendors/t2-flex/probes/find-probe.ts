import type { LookupDialect } from "../../../core/lookup/dialect.ts";
import type { LookupProbe } from "../../../core/lookup/lookup-probe.ts";
import { genetecDialect } from "../dialects/genetec.ts";
import { irisDialect } from "../dialects/iris.ts";
import { offstreetDialect } from "../dialects/offstreet.ts";
import { genetecProbe } from "./genetec.ts";
import { irisProbe } from "./iris.ts";
import { offstreetProbe } from "./offstreet.ts";

const PROBES: ReadonlyMap<LookupDialect, LookupProbe> = new Map([
  [offstreetDialect, offstreetProbe],
  [irisDialect, irisProbe],
  [genetecDialect, genetecProbe],
]);

/** The asking side of a built-in dialect; `undefined` for one of the host's own. */
export function findProbe(dialect: LookupDialect): LookupProbe | undefined {
  return PROBES.get(dialect);
}
