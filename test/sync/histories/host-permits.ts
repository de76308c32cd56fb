import type { Permit } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";

/** A permit as a history writes it; instants are milliseconds. */
export interface PermitSpec {
  readonly id: string;
  readonly companyId: string;
  /** `ABC123` or `ABC123/CA-NB`. */
  readonly plates: readonly string[];
  readonly locationIds: readonly string[];
  readonly from: number;
  readonly to: number | null;
  readonly revision: number;
}

/** What a host says of one permit. */
export type HostWord =
  | { readonly kind: "issue" | "revise"; readonly spec: PermitSpec }
  | { readonly kind: "revoke" | "forget"; readonly permitId: string };

/** What the ledger must hold of a permit, derived from the host's changes alone. */
export interface ExpectedPermit {
  readonly spec: PermitSpec;
  readonly state: "active" | "revoked" | "forgotten";
}

/** The status that the host's call must return: `conflict` is an error. */
export type ExpectedStatus = "recorded" | "unchanged" | "older" | "revoked" | "unknown" | "conflict";

export type ExpectedPermits = ReadonlyMap<string, ExpectedPermit>;

export function toPermit(spec: PermitSpec): Permit {
  return {
    ...{ id: spec.id, companyId: spec.companyId, locationIds: spec.locationIds, revision: spec.revision },
    plates: spec.plates.map((text) => {
      const [number = "", region] = text.split("/");
      return parsePlate(number, { region });
    }),
    validFrom: new Date(spec.from),
    validTo: spec.to === null ? null : new Date(spec.to),
  };
}

/** The naive reading of the host's changes, one after the other. */
export function hear(
  before: ExpectedPermits,
  word: HostWord,
): { status: ExpectedStatus; after: ExpectedPermits } {
  const id = "spec" in word ? word.spec.id : word.permitId;
  const known = before.get(id);
  const set = (permit: ExpectedPermit): { status: ExpectedStatus; after: ExpectedPermits } => ({
    status: "recorded",
    after: new Map(before).set(id, permit),
  });
  if (!("spec" in word)) {
    if (known === undefined) return { status: "unknown", after: before };
    const state = word.kind === "revoke" ? "revoked" : "forgotten";
    if (known.state === "forgotten" || known.state === state) return { status: "unchanged", after: before };
    return set({ spec: known.spec, state });
  }
  const { spec, kind } = word;
  if (known === undefined) return set({ spec, state: "active" });
  if (known.state !== "active") {
    if (kind === "issue" && spec.revision > known.spec.revision) return set({ spec, state: "active" });
    return { status: "revoked", after: before };
  }
  if (spec.revision > known.spec.revision) return set({ spec, state: "active" });
  if (spec.revision < known.spec.revision) return { status: "older", after: before };
  const isSame = JSON.stringify(spec) === JSON.stringify(known.spec);
  return { status: isSame ? "unchanged" : "conflict", after: before };
}
