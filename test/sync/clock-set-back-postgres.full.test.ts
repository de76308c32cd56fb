import { describeClockSetBack } from "./clock-set-back.ts";
import { createLedgers } from "./postgres-ledgers.ts";

const ledgers = createLedgers({ isClockStopped: true });

describeClockSetBack("PostgreSQL", () => ledgers.open());
