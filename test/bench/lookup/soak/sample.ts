/** What the server holds at one instant. */
export interface Sample {
  /** In bytes, after the garbage was collected. */
  readonly heapUsed: number;
  /** In bytes. */
  readonly rss: number;
  /** Records of the audit so far. */
  readonly answers: number;
  /** What keeps the process alive, one name for each. */
  readonly handles: readonly string[];
}

/** A sample and when it was taken, in seconds from the start of the load. */
export interface TimedSample extends Sample {
  readonly atSeconds: number;
}
