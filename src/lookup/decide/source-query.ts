import type { PermitQuery } from "../../core/lookup/find-permits.ts";
import type { Deadline } from "../deadline.ts";
import type { Inquiry } from "./inquiry.ts";

/**
 * The query for a source. Frozen and with its own `Date`, so that a source cannot change the handler's state. A class, because
 * creating an object literal with an accessor takes longer than finding a permit.
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
