import type { Deadline } from "../deadline.ts";
import type { LookupSettings } from "../options.ts";
import type { Inquiry } from "./inquiry.ts";

/** What one request is worked on with. */
export interface LookupWork {
  readonly settings: LookupSettings;
  readonly inquiry: Inquiry;
  readonly deadline: Deadline;
}
