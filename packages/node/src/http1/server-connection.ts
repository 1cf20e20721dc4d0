import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { PartialMessages } from "@bowline/http2";
import type { StreamFailure } from "@bowline/rpc/internal";
import { peerOf } from "../peer.js";
import { poolOf } from "../process-memory.js";
import type { TransportLimits } from "../server-limits.js";
import type { Http1ServerStream } from "./server-stream.js";

/** What is under way on one connection of an HTTP/1.1 server. */
export class Http1Connection {
  readonly socket: Socket;
  /** The requests that are not answered yet: one, unless the peer sends them ahead. */
  readonly streams: Http1ServerStream[] = [];
  /** The responses that the fallback makes. */
  readonly foreign: Set<ServerResponse> = new Set();

  readonly #limits: TransportLimits;
  #partial: PartialMessages | undefined;

  constructor(socket: Socket, limits: TransportLimits) {
    this.socket = socket;
    this.#limits = limits;
  }

  /** The messages of which a part has come. */
  get partial(): PartialMessages {
    const { partialMessageBytes, processPartialMessageBytes } = this.#limits;
    this.#partial ??= new PartialMessages(partialMessageBytes, poolOf(processPartialMessageBytes));
    return this.#partial;
  }

  /** Requests under way. */
  get requests(): number {
    return this.streams.length + this.foreign.size;
  }

  /** A request is answered. */
  remove(stream: Http1ServerStream): void {
    const at = this.streams.indexOf(stream);
    if (at >= 0) this.streams.splice(at, 1);
  }

  /**
   * Sees to it that Node tells when nothing moves for `stallTimeoutMs`, if anything is under way. Node keeps that time
   * itself from then on, and forgets it between two requests, so that a request which is over soon costs no timer.
   */
  watch(stallTimeoutMs: number): void {
    const busy = this.requests > 0 || this.socket.writableLength > 0;
    if (busy && this.socket.timeout !== stallTimeoutMs) this.socket.setTimeout(stallTimeoutMs);
  }

  /** Nothing moved for the time limit: the connection is stalled in a request or a response, or idle. */
  stalled(stallTimeoutMs: number): void {
    const owes = this.socket.writableLength > 0;
    for (const stream of [...this.streams]) {
      if (!stream.awaitsPeer) return; // The handler works; its deadline is its own affair.
      const message = `nothing of the request came for ${stallTimeoutMs} ms`;
      stream.interrupt({ kind: "stalled", message });
    }
    for (const response of this.foreign) {
      if (response.req.complete && response.writableLength === 0) return;
    }
    // What the peer has not taken for so long is not waited for; an answer that was just made is.
    if (owes) this.socket.destroy();
    else this.socket.destroySoon();
  }

  /** The peer is gone. */
  lost(): void {
    this.interrupt({ kind: "lost", message: `the caller ${peerOf(this.socket).address} is gone` });
  }

  /** Tells every request that it cannot go on. */
  interrupt(failure: StreamFailure): void {
    for (const stream of [...this.streams]) stream.interrupt(failure);
  }
}
