import type { LookupRequest } from "@offstreet/enforcement";
import type { Question } from "./questions.ts";

/** Questions as a mount hands them to `handler.answer`. Made before anything is measured. */
export function toNeutral(questions: readonly Question[]): LookupRequest[] {
  return questions.map(({ key, body }) => {
    const headers: Readonly<Record<string, string>> = {
      "content-type": "application/json",
      "x-api-key": key,
    };
    return { method: "POST", path: "/", query: "", header: (name) => headers[name], body };
  });
}
