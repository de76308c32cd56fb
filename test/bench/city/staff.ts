import type { Oracle } from "./judge/oracle.ts";
import type { CityLedger } from "./ledgers.ts";
import { type Child, startChild } from "./processes/child.ts";
import type { OfficersApi } from "./processes/officers-process.ts";
import type { ReaderApi } from "./processes/reader-process.ts";
import type { VendorOrigins, VendorsApi } from "./processes/vendors-process.ts";
import type { WriterSetup } from "./processes/writer-process.ts";
import type { Writer } from "./run-changes.ts";
import type { CitySizes } from "./sizes.ts";
import { UsageByProcess } from "./usage.ts";

/** Without limits, Node takes what the machine has before it collects garbage. */
export const HOST_NODE_OPTIONS = ["--max-old-space-size=320", "--max-semi-space-size=8"];
// What they keep of a million permits lies in typed arrays; the rest is garbage of their requests.
const WORLD_NODE_OPTIONS = ["--max-semi-space-size=8"];

// Reading the memory of a database takes a millisecond for each of its processes.
const NOTE_EVERY_MS = 2_000;

/** All processes of a city. */
export class Staff {
  readonly #ledger: CityLedger;
  readonly #sizes: CitySizes;
  readonly #vendors: Child<VendorsApi, VendorOrigins>;
  readonly #officers: Child<OfficersApi>;
  readonly #readers: readonly Child<ReaderApi, number>[];
  readonly #noting: NodeJS.Timeout;
  /** Statements of processes that were killed. */
  #statementsBefore = { statements: 0, lookups: 0 };
  readonly writers: (Writer | undefined)[] = [];
  readonly usage = new UsageByProcess();

  private constructor(
    sizes: CitySizes,
    ledger: CityLedger,
    {
      vendors,
      officers,
      readers,
    }: {
      vendors: Child<VendorsApi, VendorOrigins>;
      officers: Child<OfficersApi>;
      readers: readonly Child<ReaderApi, number>[];
    },
  ) {
    this.#sizes = sizes;
    this.#ledger = ledger;
    this.#vendors = vendors;
    this.#officers = officers;
    this.#readers = readers;
    this.#noting = setInterval(() => this.#noteUsage(), NOTE_EVERY_MS);
  }

  /** Starts every process but the writers: see {@link startWriters}. */
  static async start(sizes: CitySizes, ledger: CityLedger): Promise<Staff> {
    const { setup } = ledger;
    const path = setup.kind === "sqlite" ? setup.path : "";
    return new Staff(sizes, ledger, {
      vendors: await startChild<VendorsApi, VendorOrigins>(
        "vendors-process.ts",
        { seed: sizes.seed },
        WORLD_NODE_OPTIONS,
      ),
      officers: await startChild<OfficersApi>("officers-process.ts", sizes, WORLD_NODE_OPTIONS),
      readers: await Promise.all(
        Array.from({ length: ledger.readers }, () =>
          startChild<ReaderApi, number>("reader-process.ts", { sizes, path }, HOST_NODE_OPTIONS),
        ),
      ),
    });
  }

  get vendors(): Child<VendorsApi, VendorOrigins> {
    return this.#vendors;
  }

  get officers(): Child<OfficersApi> {
    return this.#officers;
  }

  async startWriters(): Promise<void> {
    for (let place = 0; place < this.#ledger.writers; place += 1)
      this.writers[place] = await this.#startWriter([]);
    await this.#announceServers();
  }

  /** Kills a writer in the middle of its work, and starts another, as a host's supervisor does. */
  async killAndReplace(place: number, oracle: Oracle): Promise<void> {
    const killed = this.writers[place];
    this.writers[place] = undefined;
    await killed?.kill();
    this.#addCounts(killed);
    await this.#announceServers();
    const writer = await this.#startWriter(oracle.mappings);
    this.writers[place] = writer;
    // What the mapping has become while it started.
    for (const version of [...oracle.mappings]) await writer.ask("map", version);
    await this.#announceServers();
  }

  /** Some writer that is there. */
  get anyWriter(): Writer {
    const writer = this.writers.find((one) => one !== undefined);
    if (writer === undefined) throw new Error("No process delivers.");
    return writer;
  }

  /** Statements of all delivering processes so far, without those of lookups. */
  countStatements(): number {
    const { statements, lookups } = this.#statementsBefore;
    let total = statements - lookups;
    for (const writer of this.writers) {
      const counts = writer?.sample().counts;
      total += (counts?.["statements"] ?? 0) - (counts?.["lookups"] ?? 0);
    }
    return total;
  }

  /** Ends every process, whatever it is doing. */
  async stop(): Promise<void> {
    clearInterval(this.#noting);
    const all = [...this.writers, ...this.#readers, this.#officers, this.#vendors];
    await Promise.all(all.map((child) => child?.kill()));
  }

  #startWriter(versions: WriterSetup["versions"]): Promise<Writer> {
    const [sizes, { setup: ledger }] = [this.#sizes, this.#ledger];
    const setup: WriterSetup = {
      sizes,
      ledger,
      vendors: this.#vendors.ready,
      versions: versions.map(({ company, lot, version }) => ({ company, lot, version })),
    };
    return startChild("writer-process.ts", setup, HOST_NODE_OPTIONS);
  }

  #announceServers(): Promise<void> {
    const servers = this.#readers.length > 0 ? this.#readers : this.writers;
    return this.#officers.ask(
      "setServers",
      servers.map((server) => server?.ready ?? null).filter((port) => port !== null),
    );
  }

  #addCounts(killed: Writer | undefined): void {
    const counts = killed?.sample().counts;
    this.#statementsBefore.statements += counts?.["statements"] ?? 0;
    this.#statementsBefore.lookups += counts?.["lookups"] ?? 0;
  }

  #noteUsage(): void {
    for (const [place, writer] of this.writers.entries()) {
      if (writer !== undefined) this.usage.note(`delivering process ${place + 1}`, writer.sample());
    }
    for (const [place, reader] of this.#readers.entries()) {
      this.usage.note(`lookup process ${place + 1}`, reader.sample());
    }
    this.usage.note("vendors", this.#vendors.sample());
    this.usage.note("officers", this.#officers.sample());
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
    this.usage.note("host and oracle", { peakMegabytes: maxRSS / 1_024, cpuSeconds });
    const peakMegabytes = this.#ledger.measureMegabytes();
    if (peakMegabytes > 0) this.usage.note("PostgreSQL", { peakMegabytes, cpuSeconds: null });
  }
}
