// A process of its own: the peak of its memory is that of one validation, the mapping that it reads included. The
// validation is the process's first, so its time includes what Node takes to compile the code.

import type { MappingReport } from "../../../src/index.ts";
import { cpuTime } from "./cpu-time.ts";
import { assertFound, workloads } from "./workloads.ts";

const [, , vendor = "", size = ""] = process.argv;
const workload = workloads[vendor]?.(Number(size));
if (workload === undefined) throw new Error(`There is no workload "${vendor}".`);
let report: MappingReport | undefined;
const milliseconds = cpuTime(() => {
  report = workload.validate();
});
if (report !== undefined) assertFound(workload, report);
console.log(JSON.stringify({ milliseconds, megabytes: process.resourceUsage().maxRSS / 1024 }));
