import { setTimeout as sleep } from "node:timers/promises";
import type { LookupAudit } from "../../../src/lookup/audit.ts";

/** Something that happened inside a host. */
export type HostEvent =
  | { readonly type: "parsed"; readonly path: string; readonly query: string }
  /** The source was asked for a plate that makes it wait. */
  | { readonly type: "waiting" }
  | { readonly type: "cancelled"; readonly reason: string }
  | { readonly type: "audit"; readonly audit: LookupAudit }
  /** What the host logged as an error, or handed to its error handler. */
  | { readonly type: "fault"; readonly message: string };

type EventOf<Type extends HostEvent["type"]> = Extract<HostEvent, { type: Type }>;

/** What happened inside a host, in order, since the test began. */
export class Journal {
  #events: HostEvent[] = [];

  readonly report = (event: HostEvent): void => {
    this.#events.push(event);
  };

  toJSON(): readonly HostEvent[] {
    return this.#events;
  }

  clear(): void {
    this.#events = [];
  }

  all<Type extends HostEvent["type"]>(type: Type): EventOf<Type>[] {
    return this.#events.filter((event): event is EventOf<Type> => event.type === type);
  }

  /** The first event of a type that is the one asked for, as soon as it happened. */
  async next<Type extends HostEvent["type"]>(
    type: Type,
    isAskedFor: (event: EventOf<Type>) => boolean = () => true,
  ): Promise<EventOf<Type>> {
    for (let attempt = 0; attempt < 24_000; attempt += 1) {
      const event = this.all(type).find(isAskedFor);
      if (event !== undefined) return event;
      await sleep(5);
    }
    throw new Error(`The host reported no "${type}" within two minutes.`);
  }
}
