/** What a process has used of the machine. */
export interface Usage {
  readonly name: string;
  /** The highest that the operating system has seen. */
  readonly peakMegabytes: number;
  /** Processor time; null where it is not known. */
  readonly cpuSeconds: number | null;
}

/** What each process has used. A process that takes the place of another counts in its place. */
export class UsageByProcess {
  readonly #usages = new Map<string, Usage>();

  note(
    name: string,
    { peakMegabytes, cpuSeconds }: { peakMegabytes: number; cpuSeconds: number | null },
  ): void {
    const before = this.#usages.get(name)?.peakMegabytes ?? 0;
    this.#usages.set(name, { name, peakMegabytes: Math.max(before, peakMegabytes), cpuSeconds });
  }

  entries(): Usage[] {
    return [...this.#usages.values()];
  }
}
