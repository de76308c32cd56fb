// A process that only answers lookups, from the file that another process writes. It is ready with its port.
import type { FindPermits } from "@offstreet/enforcement";
import { sqliteReader } from "@offstreet/enforcement/sqlite";
import type { CitySizes } from "../sizes.ts";
import { World } from "../world.ts";
import { answerParent, readSetup } from "./answer.ts";
import { CityDirectory } from "./city-directory.ts";
import { serveLookups } from "./lookup-server.ts";

export type ReaderApi = { stop: () => void };

const { sizes, path } = readSetup<{ sizes: CitySizes; path: string }>();
const world = new World(sizes);
const reader = sqliteReader({ path });
let lookups = 0;

const findPermits: FindPermits = (query) => {
  lookups += 1;
  return reader.findPermits(query);
};

answerParent<ReaderApi>(
  { stop: () => reader.close() },
  {
    ready: await serveLookups(findPermits, { world, directory: new CityDirectory(world) }),
    counts: () => ({ lookups }),
  },
);
