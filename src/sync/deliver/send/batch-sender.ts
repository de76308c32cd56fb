import { EnforcementError } from "../../../core/errors.ts";
import type { Outcome, PushProvider } from "../../../core/provider.ts";
import { outcomesFor } from "../../../core/registration/outcome.ts";
import type { Intent } from "../../ledger/delivery.ts";
import { MAX_CLAIM_AGE_MS } from "../../ledger/lease.ts";
import type { Pace } from "../../pace/pace.ts";
import type { Timers } from "../../pace/timers.ts";
import type { Emit } from "../events.ts";
import { OperationQueue, type QueuedOperation } from "../operation-queue.ts";
import { askConnection } from "./ask-connection.ts";
import { BoundedRequests, type OpenRequest, type RequestSubject } from "./bounded-requests.ts";
import type { Breaker } from "./breaker.ts";
import { isOfOneAccount, isOfOneItem, isRefusal } from "./judge-error.ts";
import type { BatchOutcomes } from "./read-outcome.ts";
import { sendBatch } from "./send-batch.ts";
import type { VendorPlaces } from "./vendor-places.ts";

export interface BatchSenderOptions {
  readonly provider: PushProvider;
  readonly timers: Timers;
  readonly pace: Pace;
  readonly breaker: Breaker;
  readonly concurrency: number;
  readonly places: VendorPlaces;
  readonly emit: Emit;
  /** Called with operations that were not sent and must not be sent before an instant. */
  readonly onPutBack: (operations: readonly QueuedOperation[], notBefore: Date) => void;
  /** Called when a request has ended. */
  readonly onEnd: (outcomes: BatchOutcomes<QueuedOperation>) => void;
}

const CHECK: RequestSubject = { operation: "checkConnection", count: 1, permitIds: [] };

/** Queues operations and sends them in batches, as far as breaker and concurrency allow. */
export class BatchSender {
  readonly #options: BatchSenderOptions;
  readonly #queue = new OperationQueue();
  readonly #requests: BoundedRequests;
  readonly #checks: BoundedRequests;
  readonly #again = () => this.dispatch();
  #isOpen = false;
  #inFlight = 0;

  constructor(options: BatchSenderOptions) {
    this.#options = options;
    this.#requests = new BoundedRequests(options);
    this.#checks = new BoundedRequests(options);
  }

  /** Operations that wait for a request. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Operations in open requests. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Requests that were given up and that the provider has not ended since. */
  get stuck(): readonly OpenRequest[] {
    return [...this.#requests.stuck, ...this.#checks.stuck];
  }

  open(): void {
    this.#isOpen = true;
  }

  /** Puts back the queue, and every operation queued from now on. Open requests go on; checks are aborted. */
  close(): void {
    this.#isOpen = false;
    this.#options.places.leave(this.#again);
    this.#checks.cutOff();
    this.#putBack(this.#options.timers.now());
  }

  cutOff(): void {
    this.#requests.cutOff();
  }

  lineUp(operations: readonly QueuedOperation[]): void {
    for (const operation of operations) this.#queue.add(operation);
    if (!this.#isOpen) this.#putBack(this.#options.timers.now());
  }

  /**
   * Asks the provider whether its vendor is back, when no operation would show it. One check at a time; while it is
   * open, no operation is sent. Returns false when no place was free: ask again.
   */
  async checkConnection(): Promise<boolean> {
    const { breaker, provider, places } = this.#options;
    if (!this.#isOpen) return true;
    const giveBack = places.take(true, this.#again);
    if (giveBack === undefined) return false;
    if (!breaker.startProbe()) {
      giveBack();
      return true;
    }
    const { value: outcome, wasCutOff } = await this.#checks.run(
      CHECK,
      (signal) => askConnection(provider, signal),
      () => this.#giveUp(CHECK),
    );
    if (!this.#isOpen && wasCutOff) breaker.giveUpProbe();
    else if (outcome.ok || isRefusal(outcome.error)) this.#noteAnswer(true);
    else this.#noteTrouble(outcome.error, true);
    giveBack();
    return true;
  }

  /** Sends queued operations, as far as breaker and concurrency allow. */
  dispatch(): void {
    const { breaker, concurrency, places, provider, timers } = this.#options;
    while (this.#isOpen && this.#queue.size > 0 && this.#requests.size < concurrency) {
      const isProbe = !breaker.isClosed;
      if (isProbe && breaker.waitMs > 0) break;
      const giveBack = places.take(isProbe, this.#again);
      if (giveBack === undefined) break;
      if (isProbe && !breaker.startProbe()) {
        giveBack();
        break;
      }
      const batch = this.#takeBatch(isProbe ? 1 : provider.capabilities.batchSize);
      const operation = batch[0]?.intent.operation;
      if (operation !== undefined) void this.#send(batch, operation, { isProbe, giveBack });
      else {
        if (isProbe) breaker.giveUpProbe();
        giveBack();
      }
    }
    if (breaker.waitMs > 0) this.#putBack(new Date(timers.now().getTime() + breaker.waitMs));
  }

  async #send(
    batch: readonly QueuedOperation[],
    operation: Intent["operation"],
    { isProbe, giveBack }: { isProbe: boolean; giveBack: () => void },
  ): Promise<void> {
    const { provider, breaker, pace, onEnd } = this.#options;
    this.#inFlight += batch.length;
    const permitIds = [...new Set(batch.map(({ work }) => work.permitId))];
    const subject = { operation, count: batch.length, permitIds };
    const { value: outcomes, wasCutOff } = await this.#requests.run(
      subject,
      (signal) => sendBatch(provider, batch, signal),
      () => {
        const stuck = this.#giveUp(subject);
        return outcomesFor(batch, () => stuck);
      },
    );
    this.#inFlight -= batch.length;
    // A request that sync aborted shows nothing about the vendor.
    if (!this.#isOpen && wasCutOff) {
      if (isProbe) breaker.giveUpProbe();
    } else this.#tellBreaker(outcomes, isProbe);
    giveBack();
    this.dispatch();
    // Processing the reply is a slice of work, too.
    await pace.haveTurn();
    onEnd(outcomes);
  }

  #tellBreaker(outcomes: BatchOutcomes<QueuedOperation>, isProbe: boolean): void {
    const { breaker } = this.#options;
    let held: EnforcementError | undefined;
    let trouble: EnforcementError | undefined;
    for (const outcome of outcomes.values()) {
      if (outcome.ok || isRefusal(outcome.error)) {
        this.#noteAnswer(isProbe);
        return;
      }
      if (isOfOneItem(outcome.error)) held ??= outcome.error;
      else trouble ??= outcome.error;
    }
    if (trouble !== undefined) this.#noteTrouble(trouble, isProbe);
    else if (held !== undefined) {
      breaker.noteHeld(held, { permitIds: [...outcomes.keys()].map(({ work }) => work.permitId), isProbe });
    }
  }

  #noteAnswer(isProbe: boolean): void {
    const { breaker, places } = this.#options;
    breaker.noteAnswer({ isProbe });
    if (isProbe) places.noteProbe(true);
  }

  #noteTrouble(error: EnforcementError, isProbe: boolean): void {
    const { breaker, places } = this.#options;
    breaker.noteTrouble(error, { isProbe });
    if (isProbe && !isOfOneAccount(error)) places.noteProbe(false);
  }

  /** The outcome of a request that the provider did not end after its abort. */
  #giveUp({ operation, count }: RequestSubject): Outcome<never> {
    const { emit, provider } = this.#options;
    emit({ type: "request_stuck", providerId: provider.id, operation, count });
    const message = "The provider did not end a request that was cut off.";
    const error = new EnforcementError("timeout", message, { providerId: provider.id, outcome: "unknown" });
    return { ok: false, error };
  }

  /** The next operations that may share a request and are not outdated; empty when there are none. */
  #takeBatch(limit: number): readonly QueuedOperation[] {
    while (this.#queue.size > 0) {
      const batch = this.#withoutOutdated(this.#queue.take(limit));
      if (batch.length > 0) return batch;
    }
    return [];
  }

  /** The operations without those whose claim is too old or lost, or whose permit has changed: these are put back. */
  #withoutOutdated(taken: readonly QueuedOperation[]): readonly QueuedOperation[] {
    const { timers, onPutBack } = this.#options;
    const claimedAfter = timers.monotonic() - MAX_CLAIM_AGE_MS;
    const isOutdated = ({ work }: QueuedOperation) =>
      work.isStale || work.isLost || work.claimedAt < claimedAfter;
    if (!taken.some(isOutdated)) return taken;
    onPutBack(taken.filter(isOutdated), timers.now());
    return taken.filter((operation) => !isOutdated(operation));
  }

  #putBack(notBefore: Date): void {
    if (this.#queue.size > 0) this.#options.onPutBack(this.#queue.takeAll(), notBefore);
  }
}
