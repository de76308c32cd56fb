/** The instant at which the example lives. Fixed, so that the run gives the same result in five years. */
export const exampleNow = new Date("2026-11-21T15:00:00Z");
