import { parseArgs } from "node:util";

/** What the benchmark was asked to do. */
export interface Flags {
  /** Under a minute: shorter and fewer rounds, and the largest index a tenth as large. */
  readonly quick: boolean;
  /** Exit with 1 when a ratio misses its target by more than the control's spread. */
  readonly assert: boolean;
  /** Write the section of docs/benchmarks.md. */
  readonly write: boolean;
  /** Measure this part alone. */
  readonly only?: string;
}

/** `parts`: what `--only` may name. */
export function readFlags(parts: readonly string[] = []): Flags {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      quick: { type: "boolean", default: false },
      assert: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    },
  });
  const { only } = values;
  if (only !== undefined && !parts.includes(only)) throw new Error(`--only: ${parts.join(", ")}.`);
  return { ...values, ...(only === undefined ? {} : { only }) };
}
