import { describeClockSetBack } from "./clock-set-back.ts";
import { createLedgers } from "./postgres-ledgers.ts";

const ledgers = createLedgers();

describeClockSetBack("PostgreSQL", () => ledgers.open());
