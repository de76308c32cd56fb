/** Tells the current instant. Every function that needs "now" takes one, so that tests and replays decide it. */
export type Clock = () => Date;

/** The machine's own clock, the default everywhere. */
export const systemClock: Clock = () => new Date();
