import { seededRandom } from "../../support/seeded-random.ts";

/** How wrong the clock of a machine is. */
export type WrongClock =
  /** For ever, by so many milliseconds: the clock that the host hands in. */
  | { readonly kind: "constant"; readonly wrongByMs: number }
  /** Steps by 2 to 5 minutes, forward or back, some so many milliseconds apart: the clock of the whole process. */
  | { readonly kind: "steps"; readonly seed: number; readonly everyMs: number };

const MINUTE_MS = 60_000;

/** The clock for `createPermitSync`, after the process's own was made wrong where that is asked for. */
export function createClock(wrong: WrongClock | undefined): () => Date {
  if (wrong?.kind === "constant") return () => new Date(Date.now() + wrong.wrongByMs);
  if (wrong?.kind === "steps") setWrong(wrong);
  return () => new Date();
}

function setWrong({ seed, everyMs }: { seed: number; everyMs: number }): void {
  const random = seededRandom(seed);
  let wrongBy = 0;
  const step = () => {
    wrongBy += Math.round((random() < 0.5 ? -1 : 1) * (2 + 3 * random()) * MINUTE_MS);
    setTimeout(step, everyMs * 2 * random()).unref();
  };
  setTimeout(step, everyMs).unref();
  const RealDate = Date;
  const now = () => RealDate.now() + wrongBy;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, given: unknown[], newTarget) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
    get: (target, key, receiver) => (key === "now" ? now : Reflect.get(target, key, receiver)),
  });
}
