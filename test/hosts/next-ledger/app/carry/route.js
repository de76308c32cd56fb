import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { carryOnePermit } from "../../../carry-one-permit.mjs";

export const dynamic = "force-dynamic";

export async function GET() {
  const folder = await mkdtemp(join(tmpdir(), "enforcement-next-"));
  try {
    return new Response(await carryOnePermit(join(folder, "ledger.db")));
  } finally {
    await rm(folder, { recursive: true });
  }
}
