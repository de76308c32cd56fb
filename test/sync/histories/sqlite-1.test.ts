import { describeHistories } from "./describe-histories.ts";
import { SQLITE_SUITE } from "./sqlite-suite.ts";

describeHistories(SQLITE_SUITE, 1);
