import type { Comparison, Rounds } from "./comparison.ts";
import type { HttpResult } from "./measure-http.ts";
import type { IndexSize } from "./measure-index.ts";
import type { Scaling } from "./measure-scaling.ts";

/** Everything that one run has measured. */
export interface LookupResults {
  readonly http: HttpResult;
  readonly core: { readonly rounds: Rounds; readonly comparison: Comparison };
  readonly scaling: Scaling;
  readonly indexes: readonly IndexSize[];
}
