import { createLedgers } from "../postgres/ledgers.ts";
import { describeClockSetBack } from "./clock-set-back.ts";

const ledgers = createLedgers({ isClockStopped: true });

describeClockSetBack("PostgreSQL", () => ledgers.open());
