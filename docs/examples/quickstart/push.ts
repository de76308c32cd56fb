import { type PermitInput, type PushProvider, type Receipt, registrationsOf } from "@offstreet/enforcement";
import { directory } from "./customer.ts";
import { progress } from "./screen.ts";

const CHUNK = 50;

/** Registers every permit with one push provider. */
export async function pushPermits(
  provider: PushProvider,
  permits: readonly PermitInput[],
): Promise<Receipt[]> {
  const registrations = [];
  for (const permit of permits)
    registrations.push(...(await registrationsOf(permit, directory, provider.id)));

  const bar = progress(provider.id.padEnd(8), registrations.length);
  const receipts: Receipt[] = [];
  for (let start = 0; start < registrations.length; start += CHUNK) {
    const outcomes = await provider.registerMany(registrations.slice(start, start + CHUNK));
    for (const outcome of outcomes) {
      // One refused registration does not stop the others, but it is never passed over in silence.
      if (outcome.ok) receipts.push(outcome.value);
      else console.log(`  ${provider.id} refused a registration: ${outcome.error.message}`);
    }
    bar.advance(outcomes.length);
  }
  return receipts;
}
