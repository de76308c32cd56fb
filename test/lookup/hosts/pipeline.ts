import { connect } from "node:net";
import { text as readText } from "node:stream/consumers";
import { KEY } from "./served-lookup.ts";

/** The replies to requests that are sent one after the other over one connection, without waiting. */
export async function pipeline(
  url: string,
  questions: readonly object[],
  key = KEY,
): Promise<{ statuses: number[]; text: string }> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  for (const [index, question] of questions.entries()) {
    const body = JSON.stringify(question);
    const connection = index === questions.length - 1 ? "close" : "keep-alive";
    const head = [`POST ${pathname} HTTP/1.1`, `host: ${hostname}`, `x-api-key: ${key}`];
    const rest = ["content-type: application/json", `content-length: ${body.length}`];
    socket.write(`${[...head, ...rest, `connection: ${connection}`].join("\r\n")}\r\n\r\n${body}`);
  }
  const text = await readText(socket);
  return { statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status)), text };
}
