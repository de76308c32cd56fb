import { seededRandom } from "../../support/seeded-random.ts";
import { companyIndexOf, keys, makePermit, plateNumber } from "./world.ts";

/** One lookup as a client sends it. */
export interface Question {
  readonly key: string;
  readonly body: string;
}

/**
 * Lookups as officers make them, the same ones in every run: half of the plates have a permit, one in three is typed
 * with a space and in lower case, half name the place, half the region.
 */
export function makeQuestions(count: number, options: { permits: number }): Question[] {
  const random = seededRandom(count);
  return Array.from({ length: count }, (_, position) => {
    const index = Math.floor(random() * options.permits);
    const number = position % 2 === 0 ? plateNumber(index) : plateNumber(index + options.permits);
    const plate = random() < 1 / 3 ? `${number.slice(0, 3)} ${number.slice(3)}`.toLowerCase() : number;
    const locationId = random() < 0.5 ? makePermit(index).locationIds[0] : undefined;
    const state = random() < 0.5 ? "NB" : undefined;
    return { key: keys[companyIndexOf(index)] ?? "", body: JSON.stringify({ plate, locationId, state }) };
  });
}

/** A question as HTTP/1.1 writes it. */
export function toHttp({ key, body }: Question, path: string): Buffer {
  const head = [
    `POST ${path} HTTP/1.1`,
    "host: 127.0.0.1",
    "content-type: application/json",
    `x-api-key: ${key}`,
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
}
