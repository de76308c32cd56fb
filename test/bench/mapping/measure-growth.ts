// A process of its own: validates a small mapping as often as one large one has locations, in turns.
import { cpuTime } from "./cpu-time.ts";
import { assertFound, type Workload, workloads } from "./workloads.ts";

/** Microseconds of processor time for each location, one number for each round. */
export interface Growth {
  readonly small: readonly number[];
  /** The small mapping a second time: what the machine's noise makes of equals. */
  readonly control: readonly number[];
  readonly large: readonly number[];
}

const [, , vendor = "", few = "", many = "", rounds = ""] = process.argv;
const make = workloads[vendor];
if (make === undefined) throw new Error(`There is no workload "${vendor}".`);
const [small, large] = [make(Number(few)), make(Number(many))];
for (const workload of [small, large]) assertFound(workload, workload.validate());

const growth = { small: [] as number[], control: [] as number[], large: [] as number[] };
// A round of the small one is half of a large one: enough for its garbage to be collected within it.
const repeats = Math.ceil(large.locations / small.locations / 2);
for (let round = 0; round < Number(rounds); round += 1) {
  growth.small.push(costOf(small, repeats));
  growth.large.push(costOf(large, 1));
  growth.control.push(costOf(small, repeats));
}
console.log(JSON.stringify(growth));

function costOf(workload: Workload, times: number): number {
  const milliseconds = cpuTime(() => {
    for (let time = 0; time < times; time += 1) workload.validate();
  });
  return (milliseconds * 1000) / (times * workload.locations);
}
