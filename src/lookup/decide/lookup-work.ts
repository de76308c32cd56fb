import type { Deadline } from "../deadline.ts";
import type { LookupSettings } from "../options.ts";
import type { Inquiry } from "./inquiry.ts";

/** One request in progress: the handler's settings, the state of the request and its deadline. */
export interface LookupWork {
  readonly settings: LookupSettings;
  readonly inquiry: Inquiry;
  readonly deadline: Deadline;
}
