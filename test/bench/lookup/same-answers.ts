import { PATH } from "./contenders/contender.ts";
import type { Question } from "./questions.ts";

/** A server and what it is called. */
export interface Server {
  readonly name: string;
  readonly port: number;
}

const COMPARED_HEADERS = ["content-type", "content-length", "cache-control"];

/**
 * Asks every server the same and compares the replies to the byte: hits and misses, an unknown place, a stranger, and
 * JSON that is no question.
 *
 * @throws Error when two of them differ: they would not be doing the same work
 */
export async function assertSameAnswers(
  servers: readonly Server[],
  questions: readonly Question[],
): Promise<void> {
  const [first] = questions;
  if (first === undefined) throw new Error("There is nothing to ask.");
  const { key, body } = first;
  const odd: Question[] = [
    { key: "a stranger's key", body },
    { key: "", body },
    { key, body: '{"plate":7}' },
    { key, body: '{"plate":"--"}' },
    { key, body: '["GXK204"]' },
    { key, body: '{"plate":"GXK204","locationId":"nowhere"}' },
  ];
  for (const question of [...questions, ...odd]) {
    const replies = await Promise.all(servers.map(({ port }) => ask(port, question)));
    for (const [index, reply] of replies.entries()) {
      if (reply === replies[0]) continue;
      throw new Error(
        `To ${question.body}\n${servers[0]?.name} says\n${replies[0]}\nbut ${servers[index]?.name}\n${reply}`,
      );
    }
  }
}

async function ask(port: number, { key, body }: Question): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${PATH}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": key },
    body,
  });
  const headers = COMPARED_HEADERS.map((name) => `${name}: ${response.headers.get(name)}`);
  return [response.status, ...headers, await response.text()].join("\n");
}
