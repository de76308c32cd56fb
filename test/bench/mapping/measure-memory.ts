// A process of its own: the peak of its memory is that of one validation, the mapping that it reads included.
import { assertFound, workloads } from "./workloads.ts";

const [, , vendor = "", size = ""] = process.argv;
const workload = workloads[vendor]?.(Number(size));
if (workload === undefined) throw new Error(`There is no workload "${vendor}".`);
assertFound(workload, workload.validate());
console.log(JSON.stringify({ megabytes: process.resourceUsage().maxRSS / 1024 }));
