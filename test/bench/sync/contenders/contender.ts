/** A way to do a piece of work. */
export interface Contender {
  /** Everything that is not measured: afterwards permits, files and connections are there. */
  prepare(permits: number, place: Place): Promise<Prepared>;
}

/** Where a contender finds what it needs; empty where it needs none. */
export interface Place {
  /** Of the vendor. */
  readonly origin: string;
  /** The folder of PostgreSQL's socket. */
  readonly postgresHost: string;
}

export interface Prepared {
  /** The work. Fulfilled when every end is known, and durable where the contender promises it. */
  run(): Promise<void>;
  /** What the work has left on the disk, as one text: those that do the same work leave the same. */
  describeResult?(): string | Promise<string>;
  end(): Promise<void>;
}

/** What a contender's process is asked. */
export interface RunRequest {
  readonly permits: number;
  readonly isCompared: boolean;
}

/** What it answers. */
export interface Run {
  readonly seconds: number;
  /** Processor time of the whole process, its threads included. */
  readonly cpuSeconds: number;
  readonly left?: string;
}
