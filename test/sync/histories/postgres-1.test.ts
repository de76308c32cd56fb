import { describeHistories } from "./describe-histories.ts";
import { POSTGRES_SUITE } from "./postgres-suite.ts";

describeHistories(POSTGRES_SUITE, 1);
