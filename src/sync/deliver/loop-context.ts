import type { PushProvider } from "../../core/provider.ts";
import type { ClockWatch } from "../clock/clock-watch.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { HeldDeliveries } from "../pace/claim-window.ts";
import type { Pace } from "../pace/pace.ts";
import type { Timers } from "../pace/timers.ts";
import type { CompanyViews } from "./company-views.ts";
import type { Emit, LedgerHealth } from "./events.ts";
import type { Breaker } from "./send/breaker.ts";
import type { VendorPlaces } from "./send/vendor-places.ts";
import type { SharedClaims } from "./shared-claims.ts";
import type { SharedWrites } from "./shared-writes.ts";

/** What the loop of one provider depends on. */
export interface LoopContext {
  readonly provider: PushProvider;
  readonly ledger: Ledger;
  readonly claims: SharedClaims;
  readonly writes: SharedWrites;
  readonly breaker: Breaker;
  readonly timers: Timers;
  readonly pace: Pace;
  /** What all providers of the sync have claimed. */
  readonly held: HeldDeliveries;
  readonly clockWatch: Pick<ClockWatch, "stepsBack" | "latest" | "status">;
  /** Called when everything dated ahead of the clock has been made due at this provider. */
  readonly onClockSettled: () => void;
  readonly random: () => number;
  readonly views: CompanyViews;
  readonly health: LedgerHealth;
  readonly emit: Emit;
  readonly leadTimeMs: number;
  /** The most open requests of this provider. */
  readonly concurrency: number;
  /** The requests to the provider's vendor, among those of all providers. */
  readonly places: VendorPlaces;
  /** Called when the loop has nothing more to do, as far as it knows. */
  readonly onQuiet: () => void;
  /** Called when a forgotten permit has no right at this provider any more. */
  readonly onWithdrawn: () => void;
}
