import type { PushProvider } from "../../core/provider.ts";
import type { ClockKeeper } from "../clock/clock-keeper.ts";
import type { ClockWatch } from "../clock/clock-watch.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Timers } from "../pace/timers.ts";
import type { CompanyViews } from "./company-views.ts";
import type { Emit } from "./events.ts";
import type { LedgerHealth } from "./ledger-health.ts";
import type { Breaker } from "./send/breaker.ts";

/** What the loop of one provider works with. */
export interface LoopContext {
  readonly provider: PushProvider;
  readonly ledger: Ledger;
  readonly breaker: Breaker;
  readonly timers: Timers;
  readonly clockWatch: Pick<ClockWatch, "stepsBack" | "latest" | "status">;
  readonly clockKeeper: Pick<ClockKeeper, "cover">;
  /** Called when what was dated ahead of the clock has been made due at this provider. */
  readonly onClockSettled: () => void;
  readonly random: () => number;
  readonly views: CompanyViews;
  readonly health: LedgerHealth;
  readonly emit: Emit;
  readonly leadTimeMs: number;
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Called when there is nothing to do any more, as far as this loop knows. */
  readonly onQuiet: () => void;
  /** Called when a permit that is to be forgotten has no right at this provider any more. */
  readonly onWithdrawn: () => void;
}
