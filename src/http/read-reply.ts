/** Thrown by {@link readReplyText} for a body that is longer than its limit. */
export class ReplyTooLongError extends Error {}

/**
 * Reads a whole body as UTF-8. A host's own fetch may return a Node stream instead of a web stream (node-fetch): both work.
 *
 * @throws ReplyTooLongError as soon as the body is longer than `maxBytes`; the connection is closed
 */
export async function readReplyText(
  { body }: { readonly body: Response["body"] | AsyncIterable<Uint8Array> },
  maxBytes: number,
): Promise<string> {
  if (body === null) return "";
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  const add = (chunk: Uint8Array) => {
    length += chunk.byteLength;
    if (length > maxBytes) throw new ReplyTooLongError();
    text += decoder.decode(chunk, { stream: true });
  };
  if ("getReader" in body) await readWebStream(body, add);
  // An error thrown in the loop destroys a Node stream and closes its connection.
  else for await (const chunk of body) add(chunk);
  return text + decoder.decode();
}

async function readWebStream(
  body: ReadableStream<Uint8Array>,
  add: (chunk: Uint8Array) => void,
): Promise<void> {
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    try {
      add(value);
    } catch (thrown) {
      // Not awaited: cancelling a stuck connection may never settle, and its result is not needed.
      reader.cancel().catch(() => {});
      throw thrown;
    }
  }
}
