// What memoryPermits holds besides the permits: `index-size.ts <permits>`, with --expose-gc.
import { type MemoryPermits, memoryPermits, type Permit } from "@offstreet/enforcement";
import { makePermit, makePermits } from "./world.ts";

const count = Number(process.argv[2]);
const held: (Permit | undefined)[] = new Array(count).fill(undefined);
let source: MemoryPermits | undefined = openSource();
const withIndex = heapInUse();
holdPermits(source);
source = undefined;
const permitsAlone = heapInUse();
if (held.includes(undefined)) throw new Error("A permit was not found.");
process.send?.((withIndex - permitsAlone) / count);

// Functions, so that nothing stays behind in a register of the module.
function openSource(): MemoryPermits {
  return memoryPermits(makePermits(count));
}

function holdPermits(permits: MemoryPermits): void {
  for (let index = 0; index < count; index += 1) held[index] = find(permits, makePermit(index));
}

/** The very object that is held, so that nothing but the index is gone afterwards. */
function find({ findPermits }: MemoryPermits, { id, companyId, plates }: Permit): Permit | undefined {
  const { signal } = new AbortController();
  const plateNumbers = plates.slice(0, 1).map(({ number }) => number);
  const found = findPermits({ companyId, plateNumbers, locationIds: [], at: new Date(), signal });
  return Array.from(found as Iterable<Permit>).find((permit) => permit.id === id);
}

function heapInUse(): number {
  for (let pass = 0; pass < 4; pass += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
