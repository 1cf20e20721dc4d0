import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import {
  ChunkSink,
  type HeaderFields,
  Metadata,
  type ReadonlyMetadata,
  type RequestReceiver,
  type ServerStream,
  type StreamFailure,
  type StreamPeer,
} from "@bowline/rpc/internal";

/** How much of a request that is answered already is still read, so that the peer gets to see the answer. */
const drainBytes = 4 * 1024 * 1024;
const drainMs = 5_000;

/** One request of `node:http`, as the RPC layer sees it. */
export class Http1ServerStream implements ServerStream {
  readonly httpVersion = "1.1";
  readonly method: string;
  readonly target: string;
  readonly headers: ReadonlyMetadata;
  readonly body: ChunkSink = new ChunkSink();
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #isDraining: () => boolean;
  #receiver: RequestReceiver | undefined;
  #answered = false;
  #drained = 0;

  constructor(request: IncomingMessage, response: ServerResponse, isDraining: () => boolean) {
    this.#request = request;
    this.#response = response;
    this.#isDraining = isDraining;
    this.method = request.method as string;
    this.target = request.url as string;
    this.headers = Metadata.fromWire(request.rawHeaders);
  }

  get peer(): StreamPeer {
    return { address: this.#address, tls: undefined };
  }

  get #address(): string {
    const { remoteAddress = "unknown", remotePort = 0, remoteFamily } = this.#request.socket;
    const host = remoteFamily === "IPv6" ? `[${remoteAddress}]` : remoteAddress;
    return `${host}:${remotePort}`;
  }

  get socket(): Socket {
    return this.#request.socket;
  }

  /** The request's body is complete: the peer owes nothing more. */
  get received(): boolean {
    return this.#request.complete;
  }

  /** The response was given to the connection, which has not taken all of it yet. */
  get sending(): boolean {
    return this.#answered && !this.#response.writableFinished;
  }

  /** Delivers the body to a receiver, from now on. */
  deliver(receiver: RequestReceiver): void {
    this.#receiver = receiver;
    this.#request.on("data", (chunk: Buffer) => {
      if (this.#answered) this.#drain(chunk.length);
      else receiver.data(chunk, 0, chunk.length);
    });
    this.#request.on("end", () => {
      if (!this.#answered) receiver.end();
    });
    // Without a listener the error of a cut body would end the process; `close` tells the receiver.
    this.#request.on("error", () => {});
  }

  /** Reads on without a receiver, for a request that was answered on its headers. */
  discard(): void {
    this.#request.on("data", (chunk: Buffer) => this.#drain(chunk.length));
    this.#request.on("error", () => {});
  }

  /** The exchange cannot go on. Says so to the receiver if it still waits or works. */
  interrupt(failure: StreamFailure): void {
    if (!this.#answered) this.#receiver?.interrupted(failure);
  }

  respond(status: number, headers: HeaderFields): void {
    if (this.#answered) return;
    this.#answered = true;
    const response = this.#response;
    if (response.destroyed) return;
    const body = this.body.toBytes();
    if (this.#isDraining()) response.shouldKeepAlive = false;
    const fields = [...headers, "content-length", String(body.length)];
    response.writeHead(status, fields as unknown as string[]);
    response.end(body);
    if (!this.#request.complete) this.#limitDraining();
  }

  start(status: number, headers: HeaderFields): void {
    if (this.#isDraining()) this.#response.shouldKeepAlive = false;
    this.#response.writeHead(status, headers as unknown as string[]);
    this.#response.on("drain", () => {
      if (!this.#answered) this.#receiver?.drained();
    });
  }

  flush(): boolean {
    if (this.body.length === 0) return true;
    return this.#response.write(this.body.takeBytes());
  }

  end(): void {
    if (this.#answered) return;
    this.flush();
    this.#answered = true;
    this.#response.end();
    if (!this.#request.complete) this.#limitDraining();
  }

  reset(): void {
    this.#answered = true;
    this.#request.socket.destroy();
  }

  pause(): void {
    this.#request.pause();
  }

  resume(): void {
    this.#request.resume();
  }

  #drain(length: number): void {
    this.#drained += length;
    if (this.#drained > drainBytes) this.#request.socket.destroy();
  }

  #limitDraining(): void {
    const timer = setTimeout(() => {
      if (!this.#request.complete) this.#request.socket.destroy();
    }, drainMs);
    timer.unref();
    this.#request.once("close", () => clearTimeout(timer));
  }
}
