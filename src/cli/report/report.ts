/**
 * A report before it has a form. Texts are as they come from files and vendors: each renderer makes invisible
 * characters visible and escapes what its form would interpret.
 */
export interface Report {
  /** What was looked at: "Mapping check". */
  readonly kind: string;
  /** Whose it is. */
  readonly title: string;
  readonly verdict: Verdict;
  readonly facts: readonly Fact[];
  readonly sections: readonly ReportSection[];
}

/** `good`: nothing to do. `attention`: a person should look. `bad`: it will not work. `open`: not known yet. */
export type Mark = "good" | "attention" | "bad" | "open";

/** A mark in words. */
export interface Verdict {
  readonly mark: Mark;
  readonly text: string;
}

/** A value with its name. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** One provider, or one part of a set-up. */
export interface ReportSection {
  readonly heading: string;
  /** The name that a program knows it by. */
  readonly id: string;
  readonly verdict: Verdict;
  /** Where it stands, in a sentence or two. */
  readonly note?: string;
  /** Numbers and states, a few words each. */
  readonly facts: readonly Fact[];
  readonly groups: readonly ReportGroup[];
}

/** Items that belong together. */
export interface ReportGroup {
  /** Absent where the section has one group only. A group without items is not shown, its heading included. */
  readonly heading?: string;
  readonly items: readonly ReportItem[];
}

/** One thing that was found. */
export interface ReportItem {
  readonly mark: Mark;
  /** The mark in one word: "error", "done". */
  readonly label: string;
  /** For programs and for the guide: `name_differs`. */
  readonly code?: string;
  /** What it is about. */
  readonly subject?: { readonly name: string; readonly id?: string };
  readonly message: string;
  /** What else is known, one sentence each. */
  readonly notes?: readonly string[];
  readonly comparison?: Comparison;
  /** What to do. */
  readonly action?: string;
  /** Text to send by e-mail, line breaks included. */
  readonly letter?: string;
  /** Where it stands: `mapping.yaml:12:5`. */
  readonly places: readonly string[];
}

/** Two names that should be equal. */
export interface Comparison {
  readonly expected: readonly NamePiece[];
  readonly actual: readonly NamePiece[];
  /** What differs first, in words. */
  readonly note: string;
}

/** A part of a name: plain text, or the code point of a character that cannot be seen. */
export interface NamePiece {
  readonly kind: "text" | "hidden";
  readonly text: string;
  /** Whether the difference begins here. */
  readonly here: boolean;
}
