import type { ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";

interface SentPing {
  readonly since: number;
  /** What had been written before it. */
  readonly written: number;
  /** The peer seems to be in the middle of a header block. */
  inBlock: boolean;
}

/**
 * Finds connections that are stuck although Node says nothing: those in the middle of a header block, and those that
 * the HTTP/2 library has given up (a frame of a wrong size, a broken header block), whose socket nobody reads any more.
 * Looking costs nothing while nothing comes; a connection that falls silent is sent one PING.
 */
export class ConnectionProbe {
  readonly #session: ServerHttp2Session;
  readonly #socket: Socket;
  /** The last request that is known to be complete or refused. */
  #lastStream = 0;
  #lastRead = 0;
  /** How much had come when the connection was last known to be sound. */
  #soundRead = 0;
  #ping: SentPing | undefined;

  constructor(session: ServerHttp2Session, socket: Socket) {
    this.#session = session;
    this.#socket = socket;
  }

  /** A request's header block is complete. */
  requested(stream: number): void {
    this.#lastStream = stream;
    if (this.#ping !== undefined) this.#ping.inBlock = false;
  }

  /**
   * Whether the connection is to be ended.
   * @param blockMs how long a header block may take.
   * @param stallMs how long the peer may take nothing of what is sent, 0 for ever.
   */
  isStuck(now: number, blockMs: number, stallMs: number): boolean {
    if (this.#ping !== undefined) return this.#isOverdue(this.#ping, now, blockMs, stallMs);
    const { bytesRead } = this.#socket;
    const isQuiet = bytesRead === this.#lastRead;
    this.#lastRead = bytesRead;
    if (bytesRead === this.#soundRead) return false;
    // Node does not tell of incomplete header blocks, but their streams count as begun.
    const begun = this.#session.state.lastProcStreamID ?? 0;
    const inBlock = begun > this.#lastStream;
    if (inBlock || isQuiet) this.#probe(now, begun, inBlock);
    return false;
  }

  /** A peer in the middle of a block cannot answer (RFC 9113, section 6.10); a session given up does not even ask. */
  #probe(now: number, begun: number, inBlock: boolean): void {
    const { bytesWritten } = this.#socket;
    const sent = this.#session.ping((error) => {
      if (error !== null) return;
      this.#ping = undefined;
      this.#lastStream = Math.max(this.#lastStream, begun);
      this.#soundRead = this.#lastRead = this.#socket.bytesRead;
    });
    if (sent) this.#ping = { since: now, written: bytesWritten, inBlock };
  }

  #isOverdue(ping: SentPing, now: number, blockMs: number, stallMs: number): boolean {
    const { since, written, inBlock } = ping;
    if (inBlock && now - since >= blockMs) return true;
    if (this.#socket.bytesWritten !== written) return false;
    return this.#isEmpty || (stallMs > 0 && now - since >= stallMs);
  }

  /** Whether nothing waits to be sent, as far as Node lets us see; a peer that is slow to read is not stuck. */
  get #isEmpty(): boolean {
    const { _handle: handle } = this.#socket as { _handle?: { writeQueueSize?: number } | null };
    return handle?.writeQueueSize === 0;
  }
}
