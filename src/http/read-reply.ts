/** A reply that is longer than we are willing to read. */
export class ReplyTooLongError extends Error {}

/** Reads a body to its end as UTF-8; stops, and lets go of the connection, as soon as it is longer than `maxBytes`. */
export async function readReplyText(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return "";
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.byteLength;
    if (length > maxBytes) {
      // How the cancelling ends is of no interest, and a connection that is stuck would not let us go on.
      reader.cancel().catch(() => {});
      throw new ReplyTooLongError();
    }
    text += decoder.decode(value, { stream: true });
  }
}
