import { describe, expect, it } from "vitest";
import { ReplyTooLongError, readReplyText } from "../../src/http/reply.ts";

const CHUNK = 65_536;

/** A body that is produced while it is read, and counts the bytes read. */
function createBody(bytes: number) {
  const seen = { made: 0, cancelled: false };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (seen.made >= bytes) return controller.close();
      seen.made += CHUNK;
      controller.enqueue(new Uint8Array(CHUNK).fill(0x20));
    },
    cancel() {
      seen.cancelled = true;
    },
  });
  return { seen, response: new Response(stream) };
}

describe("readReplyText", () => {
  it("reads a body to its end", async () => {
    const { seen, response } = createBody(3 * CHUNK);

    expect(await readReplyText(response, 3 * CHUNK)).toHaveLength(3 * CHUNK);
    expect(seen.cancelled).toBe(false);
  });

  it("returns empty text for no body", async () => {
    expect(await readReplyText(new Response(null, { status: 204 }), 10)).toBe("");
  });

  it("joins characters that arrive in two pieces", async () => {
    const bytes = new TextEncoder().encode("Édifice");
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });

    expect(await readReplyText(new Response(stream), 100)).toBe("Édifice");
  });

  it("stops reading a body of 10 MB, and cancels it", async () => {
    const { seen, response } = createBody(10 * 1024 * 1024);

    await expect(readReplyText(response, 1024 * 1024)).rejects.toBeInstanceOf(ReplyTooLongError);

    expect(seen.made).toBeLessThan(1.2 * 1024 * 1024);
    expect(seen.cancelled).toBe(true);
  });

  it("does not wait for a connection that cannot be closed", async () => {
    const stuck = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(CHUNK)),
      cancel: () => new Promise(() => {}),
    });

    await expect(readReplyText(new Response(stuck), 10)).rejects.toBeInstanceOf(ReplyTooLongError);
  });
});
