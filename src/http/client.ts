import pRetry from "p-retry";
import {
  EnforcementError,
  type EnforcementErrorCode,
  isEnforcementError,
  withErrorDetails,
} from "../core/errors.ts";
import { raceAbort, wait } from "../core/timers.ts";
import { DEADLINE, startBounds } from "./bounds.ts";
import { createLimiter } from "./concurrency.ts";
import { type ExchangeContext, exchange } from "./exchange.ts";
import type { HttpSettings } from "./options.ts";
import { type HttpReply, type HttpRequest, isSuccess, type ReadRefusal } from "./reply.ts";
import { createRetryBudget, retryDelay } from "./retry.ts";

/** Describes one operation to the client: its name, and what bounds it. */
export interface OperationContext {
  readonly operation: string;
  readonly signal?: AbortSignal | undefined;
  /** Default: the provider's `retries`. */
  readonly retries?: number | undefined;
  /** Canonical numbers of the operation's plates. They are masked in the vendor's messages. Default: none. */
  readonly plateNumbers?: readonly string[];
  /**
   * Whether the call has many operations, which wait for each other. The deadline then does not run while a request of the
   * operation waits for its turn, nor while the operation waits for a reply that several share. Default false: all of it counts.
   */
  readonly isMany?: boolean;
}

/** One attempt's access to the vendor. */
export interface Attempt {
  /** 1 for the first. */
  readonly number: number;
  /**
   * Sends a request and returns its reply: one that is 2xx and does not refuse, or whose status `takesStatus` accepts.
   *
   * @throws EnforcementError for every other reply, and for a request without a reply
   */
  send(request: HttpRequest): Promise<HttpReply>;
  /** Waits for a reply that several operations share, at most until this operation's deadline or abort. */
  share<Value>(promise: Promise<Value>): Promise<Value>;
  /** Waits for work of the host or of the provider itself, at most until this operation's deadline or abort. */
  waitFor<Value>(promise: Promise<Value>): Promise<Value>;
  /** Waits for another operation to end, as for a place: with `isMany` the deadline does not run meanwhile. */
  waitInLine<Value>(promise: Promise<Value>): Promise<Value>;
}

/** Sends a provider's requests to its vendor. Every request of a provider goes through its client. */
export interface HttpClient {
  /**
   * Runs `attempt` until it succeeds, fails with an error that is not retryable, or the deadline passes.
   *
   * A retryable error is retried with full jitter. A `Retry-After` that lies before the deadline is waited for.
   *
   * @throws EnforcementError. Its `outcome` is `unknown` when an attempt may have changed something at the vendor
   */
  perform<Value>(context: OperationContext, attempt: (attempt: Attempt) => Promise<Value>): Promise<Value>;
  /** Sends one request outside any operation, without a retry: for a token or a list that several operations share. */
  sendOnce(operation: string, request: HttpRequest): Promise<HttpReply>;
}

/** Creates the client of one provider. Concurrency, rate and retry budget are per client. */
export function createHttpClient(options: {
  readonly providerId: string;
  readonly settings: HttpSettings;
  /** Reads the vendor's own error format in a reply of any status. */
  readonly readRefusal: ReadRefusal;
}): HttpClient {
  const { providerId, settings, readRefusal } = options;
  const { timers } = settings;
  const limiter = createLimiter(settings, timers);
  const budget = createRetryBudget();

  /** Sends a request, and reports its end to the host's listener. */
  async function sendObserved(request: HttpRequest, call: Call): Promise<HttpReply> {
    const { onEvent } = settings;
    // A request that was never sent is not reported. Its wait for the limiter does not count as the vendor's time.
    let started: number | undefined;
    const onSend = () => {
      call.onSend();
      started = onEvent === undefined ? undefined : timers.monotonic();
    };
    const report = (status: number | undefined, code?: EnforcementErrorCode) => {
      if (onEvent === undefined || started === undefined) return;
      onEvent({
        type: "attempt" as const,
        providerId,
        operation: call.operation,
        attempt: call.number,
        at: settings.clock(),
        durationMs: timers.monotonic() - started,
        ...(status === undefined ? {} : { status }),
        ...(code === undefined ? {} : { code }),
        ...(request.traceId === undefined ? {} : { traceId: request.traceId }),
      });
    };
    const { plateNumbers, signal, inLine } = call;
    try {
      const context = { settings, limiter, readRefusal, plateNumbers, signal, inLine, onSend };
      const reply = await exchange(request, context);
      report(reply.status);
      return reply;
    } catch (thrown) {
      if (isEnforcementError(thrown)) report(thrown.status, thrown.code);
      else report(undefined, thrown === DEADLINE ? "timeout" : "aborted");
      throw thrown;
    }
  }

  async function perform<Value>(
    context: OperationContext,
    run: (attempt: Attempt) => Promise<Value>,
  ): Promise<Value> {
    const { operation, plateNumbers = [], retries = settings.retries, isMany = false } = context;
    const bounds = startBounds(context.signal, settings, isMany);
    const { signal, inLine } = bounds;
    const history: History = {
      attempts: 0,
      sent: false,
      changed: false,
      inFlight: new Set(),
      last: undefined,
    };

    const attempt = (number: number): Promise<Value> => {
      const send = async (request: HttpRequest): Promise<HttpReply> => {
        const onSend = () => {
          bounds.requireTime();
          // An operation that sends nothing deposits nothing.
          if (!history.sent) budget.deposit();
          history.sent = true;
          history.attempts = number;
          history.inFlight.add(request);
        };
        try {
          const call = { operation, number, plateNumbers, signal, inLine, onSend };
          const reply = await sendObserved(request, call);
          history.changed ||= request.changes && (request.isApplied ?? isSuccess)(reply);
          history.inFlight.delete(request);
          return reply;
        } catch (thrown) {
          // Any other error is the signal's reason: the request may still be in flight.
          if (isEnforcementError(thrown)) {
            history.changed ||= thrown.outcome === "unknown";
            history.inFlight.delete(request);
          }
          throw thrown;
        }
      };
      const share = async <Shared>(promise: Promise<Shared>): Promise<Shared> => {
        const before = history.attempts;
        // A shared request counts as an attempt only while it is pending or when it fails.
        history.attempts = number;
        const asked = { changes: false };
        history.inFlight.add(asked);
        try {
          // The shared request waits for a turn of its own, and ends by its own time limit.
          const shared = await inLine(raceAbort(promise, signal));
          history.attempts = before;
          return shared;
        } finally {
          if (!signal.aborted) history.inFlight.delete(asked);
        }
      };
      const waitFor = <Awaited>(promise: Promise<Awaited>) => raceAbort(promise, signal);
      return run({ number, send, share, waitFor, waitInLine: (promise) => inLine(waitFor(promise)) });
    };

    const waitForRetry = async (number: number, failure: unknown): Promise<boolean> => {
      if (!isEnforcementError(failure) || !failure.retryable) return false;
      history.last = failure;
      const delayMs = retryDelay(number, failure.retryAfterMs, settings.random);
      // A retry after the deadline could never be sent: the operation fails now, with this error.
      if (delayMs >= bounds.remainingMs() || !budget.withdraw()) return false;
      settings.onEvent?.({
        type: "retry",
        providerId,
        operation,
        attempt: number,
        at: settings.clock(),
        delayMs,
        code: failure.code,
      });
      await wait(delayMs, signal, timers);
      return true;
    };

    try {
      return await pRetry(attempt, {
        retries,
        signal,
        // `waitForRetry` waits: p-retry has neither full jitter nor Retry-After.
        minTimeout: 0,
        shouldRetry: ({ attemptNumber, error }) => waitForRetry(attemptNumber, error),
      });
    } catch (thrown) {
      throw finalError(thrown, history, { operation, providerId, signal, callerSignal: context.signal });
    } finally {
      bounds.end();
    }
  }

  return {
    perform,
    sendOnce: (operation, request) =>
      sendObserved(request, {
        operation,
        number: 1,
        plateNumbers: [],
        signal: new AbortController().signal,
        inLine: (turn) => turn,
        onSend() {},
      }),
  };
}

/** One request of an operation, as the exchange and its events need it. */
interface Call extends Pick<ExchangeContext, "plateNumbers" | "signal" | "inLine" | "onSend"> {
  readonly operation: string;
  /** Of the attempt. */
  readonly number: number;
}

/** What one operation has sent so far. */
interface History {
  attempts: number;
  /** Whether the operation has sent a request of its own, not only waited for a shared one. */
  sent: boolean;
  /** Whether the vendor accepted a request that changes something, or may have. */
  changed: boolean;
  /** Requests without a reply yet. */
  readonly inFlight: Set<Pick<HttpRequest, "changes">>;
  /** The last retryable failure. */
  last: EnforcementError | undefined;
}

function finalError(
  thrown: unknown,
  { attempts, changed, inFlight, last }: History,
  context: {
    operation: string;
    providerId: string;
    signal: AbortSignal;
    callerSignal: AbortSignal | undefined;
  },
): EnforcementError {
  const { operation, providerId } = context;
  const isInDoubt =
    changed ||
    [...inFlight].some(({ changes }) => changes) ||
    (isEnforcementError(thrown) && thrown.outcome === "unknown");
  const outcome = isInDoubt ? "unknown" : "not_applied";
  const details = { providerId, operation, attempts, outcome } as const;
  const failure = (code: EnforcementErrorCode, message: string) =>
    new EnforcementError(code, `${operation}: ${message}`, details);

  if (isEnforcementError(thrown)) return withErrorDetails(thrown, details);
  if (context.callerSignal?.aborted) return failure("aborted", "the caller's signal ended it.");
  // A defect in this package or in a function of the host. Its own text may hold a secret and is dropped.
  if (!context.signal.aborted) return failure("unavailable", "an unexpected failure ended it.");
  if (inFlight.size > 0) return failure("timeout", "the vendor gave no reply before the deadline.");
  if (last !== undefined) return withErrorDetails(last, details);
  const what =
    attempts === 0
      ? "waited for a free place until the deadline"
      : "the deadline left no time for the next request";
  return failure("unavailable", `${what}; raise deadlineMs, concurrency or requestsPerSecond.`);
}
