import type { PermitQuery } from "../../core/lookup/find-permits.ts";
import type { Deadline } from "../deadline.ts";
import type { Inquiry } from "./inquiry.ts";

/**
 * What a source is asked. Frozen, and with an instant of its own: what the source does to its question must not change
 * ours. A class, because an object that is written down with an accessor takes longer to make than a permit to find.
 */
export class SourceQuery implements PermitQuery {
  readonly companyId: string;
  readonly plateNumbers: readonly string[];
  readonly locationIds: readonly string[];
  readonly at: Date;
  readonly #deadline: Deadline;

  constructor(companyId: string, { plateNumbers = [], locationIds = [], at }: Inquiry, deadline: Deadline) {
    this.companyId = companyId;
    this.plateNumbers = plateNumbers;
    this.locationIds = locationIds;
    this.at = new Date(at);
    this.#deadline = deadline;
    Object.freeze(this);
  }

  get signal(): AbortSignal {
    return this.#deadline.signal;
  }
}
