import pRetry from "p-retry";
import { EnforcementError, isEnforcementError, withErrorDetails } from "../core/errors.ts";
import { type ExchangeContext, exchange } from "./exchange.ts";
import { createLimiter } from "./limiter.ts";
import type { HttpSettings } from "./options.ts";
import { type HttpReply, type HttpRequest, isSuccess, type ReadRefusal } from "./reply.ts";
import { createRetryBudget } from "./retry-budget.ts";
import { raceAbort, wait } from "./wait.ts";

const BACKOFF_BASE_MS = 250;
const BACKOFF_CAP_MS = 5_000;

// With less time than this before the deadline, or a tenth of a shorter one, no request is sent any more.
const LEAST_MS_TO_SEND = 100;

// The reason of a signal that the deadline aborted. Nobody outside sees it.
const DEADLINE = new Error("deadline");

/** What an operation is, besides the requests that it sends. */
export interface OperationContext {
  readonly operation: string;
  readonly signal?: AbortSignal | undefined;
  /** Default: the provider's `retries`. */
  readonly retries?: number | undefined;
  /** Canonical numbers of all plates that the operation carries. */
  readonly plateNumbers?: readonly string[];
}

/** One attempt's access to the vendor. */
export interface Attempt {
  /** 1 for the first. */
  readonly number: number;
  /** Sends a request and returns its reply when it is 2xx and no refusal, or taken; else throws EnforcementError. */
  send(request: HttpRequest): Promise<HttpReply>;
  /** Waits for a reply that is shared with other operations, no longer than this operation may take. */
  share<Value>(promise: Promise<Value>): Promise<Value>;
  /** Waits for something on our own side, no longer than this operation may take. */
  waitFor<Value>(promise: Promise<Value>): Promise<Value>;
}

/** The only way from a provider to its vendor. */
export interface HttpClient {
  /**
   * Runs `attempt` until it succeeds, fails for good, or the deadline comes.
   *
   * Retried are errors that say `retryable`: with full jitter, or after `Retry-After` where the vendor named a
   * time that is still before the deadline.
   *
   * @throws EnforcementError whose `outcome` is `unknown` as soon as one attempt may have reached the vendor
   */
  perform<Value>(context: OperationContext, attempt: (attempt: Attempt) => Promise<Value>): Promise<Value>;
  /** One request outside any operation and without a retry, for what several operations share. */
  sendOnce(operation: string, request: HttpRequest): Promise<HttpReply>;
}

/** Makes the client of one provider; concurrency, rate and retry budget are per client. */
export function createHttpClient(options: {
  readonly providerId: string;
  readonly settings: HttpSettings;
  /** What the vendor's own error form says, in a reply of any status. */
  readonly readRefusal: ReadRefusal;
}): HttpClient {
  const { providerId, settings, readRefusal } = options;
  const limiter = createLimiter(settings);
  const budget = createRetryBudget();

  async function observed(
    operation: string,
    number: number,
    request: HttpRequest,
    context: Pick<ExchangeContext, "plateNumbers" | "signal" | "onSend">,
  ): Promise<HttpReply> {
    // What never left is no attempt, and the time spent waiting for a free place is none of the vendor's.
    let started: number | undefined;
    const onSend = () => {
      context.onSend();
      started = performance.now();
    };
    const report = (end: { status?: number | undefined; code?: EnforcementError["code"] | undefined }) => {
      if (started === undefined) return;
      settings.onEvent({
        ...{ type: "attempt" as const, providerId, operation, attempt: number, at: settings.clock() },
        durationMs: performance.now() - started,
        ...(end.status === undefined ? {} : { status: end.status }),
        ...(end.code === undefined ? {} : { code: end.code }),
        ...(request.traceId === undefined ? {} : { traceId: request.traceId }),
      });
    };
    try {
      const reply = await exchange(request, { ...context, onSend, settings, limiter, readRefusal });
      report({ status: reply.status });
      return reply;
    } catch (thrown) {
      if (isEnforcementError(thrown)) report({ status: thrown.status, code: thrown.code });
      else report({ code: thrown === DEADLINE ? "timeout" : "aborted" });
      throw thrown;
    }
  }

  async function perform<Value>(
    context: OperationContext,
    run: (attempt: Attempt) => Promise<Value>,
  ): Promise<Value> {
    const { operation, plateNumbers = [], retries = settings.retries } = context;
    const bounds = startBounds(context.signal, settings.deadlineMs);
    const { signal } = bounds;
    const history: History = {
      attempts: 0,
      sent: false,
      changed: false,
      inFlight: new Set(),
      last: undefined,
    };

    const attempt = async (number: number): Promise<Value> => {
      const isApplied = (request: HttpRequest, reply: HttpReply): boolean =>
        request.changes && (request.isApplied ?? isSuccess)(reply);
      const send = async (request: HttpRequest): Promise<HttpReply> => {
        const onSend = () => {
          bounds.requireTime();
          // What is settled without sending anything earns no retry.
          if (!history.sent) budget.deposit();
          history.sent = true;
          history.attempts = number;
          history.inFlight.add(request);
        };
        try {
          const reply = await observed(operation, number, request, { plateNumbers, signal, onSend });
          history.changed ||= isApplied(request, reply);
          history.inFlight.delete(request);
          return reply;
        } catch (thrown) {
          // Anything else was thrown by the signal, and the request may still be under way.
          if (isEnforcementError(thrown)) {
            history.changed ||= thrown.outcome === "unknown";
            history.inFlight.delete(request);
          }
          throw thrown;
        }
      };
      const share = async <Shared>(promise: Promise<Shared>): Promise<Shared> => {
        const before = history.attempts;
        // It counts as asking the vendor until it succeeds: what follows then is counted when it is sent.
        history.attempts = number;
        const asked = { changes: false };
        history.inFlight.add(asked);
        try {
          const shared = await raceAbort(promise, signal);
          history.attempts = before;
          return shared;
        } finally {
          if (!signal.aborted) history.inFlight.delete(asked);
        }
      };
      return run({ number, send, share, waitFor: (promise) => raceAbort(promise, signal) });
    };

    const waitForRetry = async (number: number, failure: unknown): Promise<boolean> => {
      if (!isEnforcementError(failure) || !failure.retryable) return false;
      history.last = failure;
      const delayMs = retryDelay(number, failure.retryAfterMs);
      // Waiting beyond the deadline helps nobody: the caller hears now what went wrong.
      if (delayMs >= bounds.remainingMs() || !budget.withdraw()) return false;
      settings.onEvent({
        ...{ type: "retry", providerId, operation, attempt: number, at: settings.clock() },
        ...{ delayMs, code: failure.code },
      });
      await wait(delayMs, signal);
      return true;
    };

    try {
      return await pRetry(attempt, {
        retries,
        signal,
        // The waiting is ours: p-retry knows neither full jitter nor Retry-After.
        minTimeout: 0,
        shouldRetry: ({ attemptNumber, error }) => waitForRetry(attemptNumber, error),
      });
    } catch (thrown) {
      throw finalError(thrown, { operation, providerId, history, bounds, callerSignal: context.signal });
    } finally {
      bounds.end();
    }
  }

  return {
    perform,
    sendOnce: (operation, request) =>
      observed(operation, 1, request, {
        ...{ plateNumbers: [], signal: new AbortController().signal, onSend() {} },
      }),
  };
}

/** What happened so far in one operation. */
interface History {
  attempts: number;
  /** Whether it has sent a request of its own. */
  sent: boolean;
  /** Whether a request that changes something was accepted, or ended without our knowing. */
  changed: boolean;
  /** What has been asked and is not answered yet. */
  readonly inFlight: Set<Pick<HttpRequest, "changes">>;
  /** The last failure that was worth a retry. */
  last: EnforcementError | undefined;
}

function finalError(
  thrown: unknown,
  context: {
    operation: string;
    providerId: string;
    history: History;
    bounds: Bounds;
    callerSignal: AbortSignal | undefined;
  },
): EnforcementError {
  const { operation, providerId, history, bounds, callerSignal } = context;
  const { attempts, last } = history;
  const changing = [...history.inFlight].some(({ changes }) => changes);
  const isInDoubt = isEnforcementError(thrown) && thrown.outcome === "unknown";
  const outcome = history.changed || changing || isInDoubt ? "unknown" : "not_applied";
  const details = { providerId, operation, attempts, outcome } as const;
  if (isEnforcementError(thrown)) return withErrorDetails(thrown, details);
  if (callerSignal?.aborted) {
    return new EnforcementError("aborted", `${operation}: the caller's signal ended it.`, details);
  }
  if (!bounds.signal.aborted) {
    // Neither a failure of the vendor nor of the caller: a mistake of ours, or of a function that the host gave.
    return new EnforcementError("unavailable", `${operation}: an unexpected failure ended it.`, details);
  }
  if (history.inFlight.size > 0) {
    return new EnforcementError(
      "timeout",
      `${operation}: the vendor gave no reply before the deadline.`,
      details,
    );
  }
  if (last !== undefined) return withErrorDetails(last, details);
  const what =
    attempts === 0
      ? "waited for a free place until the deadline"
      : "the deadline left no time for the next request";
  const advice = "raise deadlineMs, concurrency or requestsPerSecond";
  return new EnforcementError("unavailable", `${operation}: ${what}; ${advice}.`, details);
}

function retryDelay(attemptNumber: number, retryAfterMs: number | undefined): number {
  const ceiling = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (attemptNumber - 1));
  // Full jitter: clients that failed together do not come back together.
  const jitter = Math.random() * ceiling;
  return Math.max(retryAfterMs ?? 0, jitter);
}

/** The caller's signal and the deadline as one signal. */
interface Bounds {
  readonly signal: AbortSignal;
  remainingMs(): number;
  /** Throws what the deadline throws when too little time is left to send anything and hear of it. */
  requireTime(): void;
  /** Takes the timer and the listener away. */
  end(): void;
}

function startBounds(caller: AbortSignal | undefined, deadlineMs: number): Bounds {
  const controller = new AbortController();
  const endsAt = performance.now() + deadlineMs;
  const leastMs = Math.min(LEAST_MS_TO_SEND, deadlineMs / 10);
  const timer = setTimeout(() => controller.abort(DEADLINE), deadlineMs);
  const onAbort = () => controller.abort(new Error("aborted"));
  if (caller?.aborted) onAbort();
  // AbortSignal.any would do the same, but keeps a reference in a long-lived signal of the caller's.
  else caller?.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    remainingMs: () => endsAt - performance.now(),
    requireTime() {
      // The first one whose deadline comes hands its place to one whose deadline comes in the same moment: its request
      // would leave only to be cut off, and what became of it would be unknown.
      if (endsAt - performance.now() < leastMs) controller.abort(DEADLINE);
      controller.signal.throwIfAborted();
    },
    end() {
      clearTimeout(timer);
      caller?.removeEventListener("abort", onAbort);
    },
  };
}
