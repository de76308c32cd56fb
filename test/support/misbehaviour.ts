/** Results of a host's function that break its type. `late` settles after the given milliseconds. */
export interface Misbehaviour {
  readonly name: string;
  /** `fails`: throws or rejects. `hangs`: does not settle in time. `gives`: returns something that is no answer. */
  readonly kind: "fails" | "hangs" | "gives";
  /** The value that it returns, for `gives`; promises unwrapped. */
  readonly value?: unknown;
  readonly run: () => unknown;
}

/** No message, audit or reply may contain it. */
export const SECRET = "hunter2-GXK999";

const never = new Promise<never>(() => {});
const after = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const hostile = new Proxy(
  {},
  {
    get: () => {
      throw new Error(SECRET);
    },
    ownKeys: () => {
      throw new Error(SECRET);
    },
  },
);

const THROWN: readonly (readonly [string, () => unknown])[] = [
  ["an error", () => new Error(SECRET)],
  ["an error whose name is a getter that throws", () => hostileError()],
  ["undefined", () => undefined],
  ["null", () => null],
  ["text", () => SECRET],
  ["a proxy that was revoked", revoked],
];

function hostileError(): Error {
  return Object.defineProperty(new Error(SECRET), "name", {
    get: () => {
      throw new Error(SECRET);
    },
  });
}

const VALUES: readonly (readonly [string, unknown])[] = [
  ["undefined", undefined],
  ["null", null],
  ["false", false],
  ["true", true],
  ["0", 0],
  ["NaN", Number.NaN],
  ["empty text", ""],
  ["text", SECRET],
  ["a symbol", Symbol("rubbish")],
  ["a bigint", 7n],
  ["a function", () => SECRET],
  ["an object", { rubbish: SECRET }],
  ["a list of null", [null]],
  ["a proxy that was revoked", "revoked"],
  ["a proxy that throws", hostile],
];

function make(name: string, value: unknown): unknown {
  return name === "a proxy that was revoked" ? revoked() : value;
}

/** All misbehaviours; `lateMs` is later than any deadline. */
export function misbehaviours(lateMs: number): readonly Misbehaviour[] {
  return [
    ...THROWN.flatMap(([what, thrown]): Misbehaviour[] => [
      {
        name: `throws ${what}`,
        kind: "fails",
        run: () => {
          throw thrown();
        },
      },
      { name: `rejects with ${what}`, kind: "fails", run: () => Promise.reject(thrown()) },
    ]),
    {
      name: "gives a thenable that throws",
      kind: "fails",
      run: () => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable is what this is about.
        then() {
          throw new Error(SECRET);
        },
      }),
    },
    {
      name: "gives an object whose then is a getter that throws",
      kind: "fails",
      run: () => ({
        // biome-ignore lint/suspicious/noThenProperty: a thenable is what this is about.
        get then() {
          throw new Error(SECRET);
        },
      }),
    },
    { name: "hangs", kind: "hangs", run: () => never },
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what this is about.
    { name: "gives a thenable that hangs", kind: "hangs", run: () => ({ then() {} }) },
    { name: "resolves too late", kind: "hangs", run: () => after(lateMs) },
    {
      name: "rejects too late",
      kind: "hangs",
      run: () =>
        after(lateMs).then(() => {
          throw new Error(SECRET);
        }),
    },
    ...VALUES.flatMap(([what, value]): Misbehaviour[] => [
      { name: `gives ${what}`, kind: "gives", value, run: () => make(what, value) },
      {
        name: `resolves with ${what}`,
        kind: "gives",
        value,
        run: async () => make(what, value),
      },
    ]),
  ];
}

/** For a list: its entries are not awaited, and may reject. */
export const listOfPromises: Misbehaviour = {
  name: "gives a list of promises that reject",
  kind: "gives",
  value: ["promises"],
  run: () => [Promise.reject(new Error(SECRET))],
};
