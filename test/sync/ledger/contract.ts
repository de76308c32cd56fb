import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { describeClaims } from "./contract-claims.ts";
import { describeErasure } from "./contract-erase.ts";
import { describeHistories } from "./contract-histories.ts";
import { describeIds } from "./contract-ids.ts";
import { describeLists } from "./contract-lists.ts";
import { describeProviderNotes } from "./contract-provider-notes.ts";
import { describeReadRecord } from "./contract-read-record.ts";
import { describeRecord } from "./contract-record.ts";
import { nextDue } from "./fixtures.ts";

/** A ledger on storage of its own, open. */
export interface LedgerUnderTest {
  readonly ledger: Ledger;
  /** Closes the ledger and opens another one on the same storage. Absent where nothing outlives a ledger. */
  reopen?(): Promise<Ledger>;
  /** Closes open ledgers, and removes the storage. */
  dispose(): Promise<void>;
}

export interface LedgerSuite {
  readonly name: string;
  create(): Promise<LedgerUnderTest>;
  /** How many random histories are compared with the model, see `suiteSize`. */
  readonly histories: { readonly quick: number; readonly full: number };
}

/** What a test of the suite works on; created for each. */
export interface Place {
  readonly ledger: Ledger;
  /** The ledger after it was closed and opened, as another one where it is durable. */
  reopen(): Promise<Ledger>;
}

/** The suite that every ledger passes: each sentence of `Ledger`. */
export function describeLedger({ name, create, histories }: LedgerSuite): void {
  describe(name, () => {
    let made: LedgerUnderTest;
    const place: Place = {
      get ledger() {
        return made.ledger;
      },
      async reopen() {
        if (made.reopen !== undefined) return made.reopen();
        await made.ledger.close();
        await made.ledger.open();
        return made.ledger;
      },
    };
    beforeEach(async () => {
      made = await create();
    });
    afterEach(() => made.dispose());

    it("refuses every call before it is opened and after it is closed", async () => {
      await made.ledger.close();
      const refused = { code: "unavailable" };
      await expect(made.ledger.record([])).rejects.toMatchObject(refused);
      await expect(nextDue(made.ledger, "passport")).rejects.toMatchObject(refused);
      await expect(made.ledger.getPermit("permit-1")).rejects.toMatchObject(refused);
      await made.ledger.close();
      await made.ledger.open();
      await made.ledger.open();
      expect(await made.ledger.getPermit("permit-1")).toBeUndefined();
    });

    describe("record", () => describeRecord(place));
    describe("ids", () => describeIds(place));
    describe("claims", () => describeClaims(place));
    describe("lists and counts", () => describeLists(place));
    describe("records", () => describeReadRecord(place));
    describe("outages and readings", () => describeProviderNotes(place));
    describe("erasure", () => describeErasure(place));
    describe("any history", () => describeHistories(create, histories));
  });
}
