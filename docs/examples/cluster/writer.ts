// The primary process: the one writer of the ledger. It runs the sync, and issues the permits that workers send.
import type { Worker } from "node:cluster";
import { createPassportProvider, createPermitSync } from "@offstreet/enforcement";
import { sqliteLedger } from "@offstreet/enforcement/sqlite";
import { directory } from "./campus.ts";
import type { IssueRequest, IssueResult } from "./messages.ts";

type PassportOptions = Parameters<typeof createPassportProvider>[0];

export async function startWriter(ledgerPath: string, passport: PassportOptions) {
  const ledger = sqliteLedger({ path: ledgerPath });
  const sync = createPermitSync({ providers: [createPassportProvider(passport)], ledger, directory });
  await sync.start();

  async function issue({ number, permit }: IssueRequest): Promise<IssueResult> {
    try {
      await sync.issue(permit);
      return { kind: "issued", number };
    } catch (thrown) {
      return { kind: "issued", number, error: String(thrown) };
    }
  }

  return {
    sync,
    /** Issues what a worker sends, and tells it when that is on the disk. */
    serve(worker: Worker): void {
      worker.on("message", async (request: IssueRequest) => {
        if (request.kind !== "issue") return;
        const result = await issue(request);
        if (worker.isConnected()) worker.send(result);
      });
    },
    async close(): Promise<void> {
      await sync.stop();
      await ledger.close();
    },
  };
}
