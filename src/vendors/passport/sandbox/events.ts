import { createOverlapWatch } from "../../../core/sandbox-overlap.ts";
import { type NoteDeviation, PassportRefusal } from "./refusal.ts";
import { type PassportEventType, parseBatch, parseEnvelope } from "./schema.ts";
import { type PassportSandboxSession, type PlannedChange, type PlanWorld, planBatch } from "./state.ts";
import type { PassportSandboxZone } from "./zones.ts";

/**
 * How the sandbox answers a batch that it could apply.
 *
 * | mode | status | applied |
 * |---|---|---|
 * | `ok`, the default | 200 | all |
 * | `accepted` | 202 | all |
 * | `accepted-dropped` | 202 | none, as when the vendor loses it after accepting |
 * | `multi-status` | 207, one status for each `session_id` | all but the refused ones |
 * | `multi-status-unreadable` | 207 that attributes nothing | all but the refused ones |
 */
export type PassportEventsMode =
  | "ok"
  | "accepted"
  | "accepted-dropped"
  | "multi-status"
  | "multi-status-unreadable";

/** An event that was accepted, in the order of arrival. */
export interface PassportSandboxEvent {
  readonly type: PassportEventType;
  /** The item of `data` as it arrived. */
  readonly body: Readonly<Record<string, unknown>>;
  /** `repeated`: the very same event was known. `dropped`: accepted, never applied. */
  readonly effect: "applied" | "repeated" | "dropped";
}

/** Which items of the next batch are refused: their positions, or all of them. */
export type PassportRefusedItems = readonly number[] | "all";

interface EventsEndpointOptions {
  readonly operatorId: string;
  readonly zones: readonly PassportSandboxZone[];
  /** More events in one request are refused; undefined: more than a hundred are only noted. */
  readonly maxBatch: number | undefined;
  readonly latency: () => Promise<void>;
  readonly findForeign: (sessionId: string) => PassportSandboxSession | undefined;
}

// How many events Passport takes is unpublished.
const USUAL_BATCH = 100;

interface Answer {
  readonly mode: PassportEventsMode;
  readonly refused: PassportRefusedItems;
}

/** Creates the endpoint `POST /v3/shared/events`, which keeps the events it accepts and the sessions they make. */
export function createEventsEndpoint(options: EventsEndpointOptions) {
  const sessions = new Map<string, PassportSandboxSession>();
  const events: PassportSandboxEvent[] = [];
  const violations: string[] = [];
  const answers: Answer[] = [];
  const overlap = createOverlapWatch((sessionId) => {
    violations.push(`Two requests were in flight at once for session ${sessionId}.`);
  });
  const world: PlanWorld = {
    operatorId: options.operatorId,
    zones: options.zones,
    findSession: (sessionId) => sessions.get(sessionId) ?? options.findForeign(sessionId),
    contents: new WeakMap(),
  };

  function apply(event: Omit<PassportSandboxEvent, "effect">, change: PlannedChange): void {
    const { session, late, effect } = change;
    events.push({ ...event, effect });
    sessions.set(session.sessionId, session);
    if (late) violations.push(`An event for session ${session.sessionId} is older than the one before it.`);
  }

  return {
    sessions,
    events,
    violations,
    /** Decides how the next applicable batch is answered; several calls queue up. */
    nextEvents(mode: PassportEventsMode, refused: PassportRefusedItems): void {
      answers.push({ mode, refused });
    },
    async receive(
      body: unknown,
      { signal, note }: { signal: AbortSignal; note: NoteDeviation },
    ): Promise<Response> {
      const { type, data } = parseEnvelope(body, note);
      const { maxBatch = Number.POSITIVE_INFINITY } = options;
      if (data.length > maxBatch) throw tooMany(maxBatch);
      if (data.length > USUAL_BATCH) note(tooMany(USUAL_BATCH));
      const batch = parseBatch(type, data, note);
      const sessionIds = batch.items.map((item) => item.session_id);
      return await overlap.during(sessionIds, signal, async () => {
        await options.latency();
        const changes = planBatch(batch, world, note);
        const answer = answers.shift() ?? { mode: "ok", refused: [] };
        for (const [index, item] of batch.items.entries()) {
          const change = changes[index];
          if (change === undefined || isRefused(answer, index)) continue;
          if (answer.mode === "accepted-dropped") events.push({ type, body: item, effect: "dropped" });
          else apply({ type, body: item }, change);
        }
        return render(answer, sessionIds);
      });
    },
  };
}

function isRefused({ mode, refused }: Answer, index: number): boolean {
  if (mode !== "multi-status" && mode !== "multi-status-unreadable") return false;
  return refused === "all" || refused.includes(index);
}

function render(answer: Answer, sessionIds: readonly string[]): Response {
  switch (answer.mode) {
    case "ok":
      return new Response(null, { status: 200 });
    case "accepted":
    case "accepted-dropped":
      return new Response(null, { status: 202 });
    case "multi-status-unreadable":
      return Response.json({ message: "Some events were not processed." }, { status: 207 });
    case "multi-status": {
      const data = sessionIds.map((session_id, index) =>
        isRefused(answer, index)
          ? { session_id, status: 422, error: refusedItem().toProblem() }
          : { session_id, status: 202 },
      );
      return Response.json({ data }, { status: 207 });
    }
  }
}

function refusedItem(): PassportRefusal {
  return new PassportRefusal(422, "event_refused", { detail: "The event is refused." });
}

function tooMany(limit: number): PassportRefusal {
  return new PassportRefusal(413, "too_many_events", {
    detail: `At most ${limit} events fit in one request.`,
  });
}
