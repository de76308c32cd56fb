/** A reply that is longer than we are willing to read. */
export class ReplyTooLongError extends Error {}

/**
 * Reads a body to its end as UTF-8; stops, and lets go of the connection, as soon as it is longer than `maxBytes`.
 * A host's own fetch may give a Node stream instead of a web stream (node-fetch): both are read.
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
  // Leaving the loop by an error destroys a Node stream, and with it the connection.
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
      // How the cancelling ends is of no interest, and a connection that is stuck would not let us go on.
      reader.cancel().catch(() => {});
      throw thrown;
    }
  }
}
