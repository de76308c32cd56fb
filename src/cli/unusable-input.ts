import { toVisible } from "./report/visible.ts";

/** Where something stands. Lines and columns count from 1; a column is a UTF-16 code unit, as editors count. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One reason why an input cannot be used. */
export interface Problem {
  readonly place?: Place;
  readonly message: string;
}

/** Input that a command cannot work with: exit code 2. It carries every problem that was found, not the first. */
export class UnusableInput extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[] | string) {
    const list = typeof problems === "string" ? [{ message: problems }] : problems;
    super(list.map(showProblem).join("\n"));
    this.name = "UnusableInput";
    this.problems = list;
  }
}

/** `mapping.yaml:12:5`, as editors and terminals understand it. */
export function showPlace({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

/** One problem in one line. */
export function showProblem({ place, message }: Problem): string {
  return toVisible(place === undefined ? message : `${showPlace(place)}: ${message}`);
}

/** Throws when there is any problem. */
export function assertUsable(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new UnusableInput(problems);
}
