import type { PermitSpec } from "../histories/host-permits.ts";
import type { WrongClock } from "./wrong-clock.ts";

export type ChildLedger =
  | { readonly kind: "sqlite"; readonly path: string }
  | {
      readonly kind: "postgres";
      readonly connection: { readonly host: string; readonly user: string; readonly database: string };
      /** How long a claim lasts, whatever the sync asks for: a test cannot wait for a minute after each kill. */
      readonly leaseMs: number;
    };

/** Where a child's ledger is. */
export interface ChildSetup {
  readonly ledger: ChildLedger;
  readonly origin: string;
  readonly providerIds: readonly string[];
  /** Absent: its clock is right. */
  readonly clock?: WrongClock;
}

/** What the parent asks of a child. */
export type ChildCall =
  | { readonly call: "issue" | "revise"; readonly spec: PermitSpec }
  | { readonly call: "issueMany"; readonly specs: readonly PermitSpec[] }
  | { readonly call: "revoke" | "forget" | "getPermit"; readonly permitId: string }
  | { readonly call: "idle" | "listFailures" }
  | { readonly call: "listDeliveries"; readonly providerId: string };

export type ChildRequest = ChildCall & { readonly id: number };

/** Instants arrive as ISO text. */
export type ChildReply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string; readonly field: string | undefined };
