import { carryOnePermit } from "./carry-one-permit.mjs";

carryOnePermit(process.argv[2]).then((told) => console.log(told));
