import { connect, type Socket } from "node:net";

/** What a reply was, told as cheaply as possible. */
export type OnReply = (status: number, bodyLength: number) => void;

const BUFFER_BYTES = 64 * 1024;

/**
 * One keep-alive connection that sends a request, waits for the whole reply, and sends the next. Barely more than a
 * socket: the load generator shares the cores with the server that it measures.
 */
export class Conversation {
  readonly #requests: readonly Buffer[];
  readonly #onReply: OnReply;
  readonly #socket: Socket;
  #position: number;
  #running = false;
  #missing = 0;
  #status = 0;
  #bodyLength = 0;
  #rest = "";
  readonly ended: Promise<void>;

  constructor(port: number, requests: readonly Buffer[], options: { start: number; onReply: OnReply }) {
    this.#requests = requests;
    this.#position = options.start;
    this.#onReply = options.onReply;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#socket = connect({
      port,
      host: "127.0.0.1",
      noDelay: true,
      onread: {
        buffer: Buffer.allocUnsafe(BUFFER_BYTES),
        callback: (size, buffer) => {
          this.#take(Buffer.from(buffer.buffer, buffer.byteOffset, size));
          return true;
        },
      },
    });
    this.#socket.once("error", reject);
    this.#socket.once("close", () =>
      this.#running ? reject(new Error("The server closed a connection.")) : resolve(),
    );
  }

  start(): void {
    this.#running = true;
    this.#send();
  }

  /** Ends after the reply that is on its way. */
  stop(): void {
    this.#running = false;
  }

  #send(): void {
    const request = this.#requests[this.#position % this.#requests.length];
    this.#position += 1;
    if (request !== undefined) this.#socket.write(request);
  }

  #take(bytes: Buffer): void {
    if (this.#missing > 0) {
      this.#missing -= bytes.length;
    } else {
      const text = this.#rest + bytes.toString("latin1");
      const headEnd = text.indexOf("\r\n\r\n");
      if (headEnd === -1) {
        this.#rest = text;
        return;
      }
      this.#rest = "";
      this.#status = Number(text.slice(9, 12));
      this.#bodyLength = contentLengthOf(text);
      this.#missing = headEnd + 4 + this.#bodyLength - text.length;
    }
    if (this.#missing > 0) return;
    this.#onReply(this.#status, this.#bodyLength);
    if (this.#running) this.#send();
    else this.#socket.end();
  }
}

function contentLengthOf(head: string): number {
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error("A reply has no content-length.");
  return Number(length);
}
