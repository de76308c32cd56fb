/**
 * What a new mapping file says of a vendor's keys, as comments: one to three plain sentences each, in one line. A hint says
 * what the value is, where the vendor shows it, and whether it must be equal to the letter.
 */
export interface MappingHints {
  /** Of a location's target. */
  readonly target: string;
  /** Whether a location without a target is found by its name. Default false: every location needs a target. */
  readonly targetIsOptional?: boolean;
  /** Of a company's `code`. Absent: companies have none. */
  readonly code?: string;
  /** Of a location's name, where the vendor's data are compared with it. Absent: they are not. */
  readonly name?: string;
  /** Of a location's `zoneName`, where the vendor's data are compared with it. Absent: they are not. */
  readonly zoneName?: string;
  /** Of each key of `settings`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Of the vendor's list. */
  readonly list: string;
}
