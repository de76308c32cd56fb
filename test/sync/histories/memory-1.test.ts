import { describeHistories } from "./describe-histories.ts";
import { MEMORY_SUITE } from "./memory-suite.ts";

describeHistories(MEMORY_SUITE, 1);
