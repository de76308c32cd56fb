import type { Delivery } from "./delivery.ts";
import type { Desired } from "./desired.ts";
import type { ClaimedDelivery } from "./ledger.ts";

/** A delivery that this process is working on. */
export interface Work {
  readonly claimed: ClaimedDelivery;
  /** Undefined until the directory has answered. */
  desired: Desired | undefined;
  /** What goes back to the ledger. */
  delivery: Delivery;
  /** The claim that it goes back with. */
  version: number;
  /** When the claim was made, in milliseconds of the clock. */
  claimedAt: number;
  /** Operations that wait for a request, or for the end of one. */
  outstanding: number;
  /** Whether the permit or its company is another by now, as far as we know: then it must be claimed anew. */
  isStale: boolean;
  /** Whether a vendor was asked anything. */
  wasSent: boolean;
  /** The claim that took it anew while it was being worked on. */
  reclaimed?: ClaimedDelivery;
}
