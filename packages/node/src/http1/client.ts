import { Agent, type ClientRequest, type IncomingMessage, request } from "node:http";
import {
  ChunkSink,
  type ClientStream,
  type ClientTransport,
  Metadata,
  type RequestHead,
  type ResponseReceiver,
} from "@bowline/rpc/internal";
import type { Target } from "../target.js";
import { connectTimeout, describeFailure } from "./failure.js";

/** Bounds of the transport. */
export interface Http1ClientLimits {
  readonly connections: number;
  readonly connectTimeoutMs: number;
  readonly headerListBytes: number;
}

/** HTTP/1.1 on `node:http`: one agent, whose idle connections are kept and unreferenced. */
export function createHttp1Transport(target: Target, limits: Http1ClientLimits): ClientTransport {
  const agent = new Agent({ keepAlive: true, maxSockets: limits.connections, scheduling: "lifo" });
  return {
    authority: target.authority,
    httpVersion: "1.1",
    open: (head, receiver) => new Http1ClientStream(target, agent, limits, head, receiver),
    close: () => agent.destroy(),
  };
}

class Http1ClientStream implements ClientStream {
  readonly httpVersion = "1.1";
  readonly body: ChunkSink = new ChunkSink();
  readonly #target: Target;
  readonly #agent: Agent;
  readonly #limits: Http1ClientLimits;
  readonly #head: RequestHead;
  readonly #receiver: ResponseReceiver;
  #request: ClientRequest | undefined;
  #connectTimer: ReturnType<typeof setTimeout> | undefined;
  #response: IncomingMessage | undefined;
  #over = false;

  constructor(
    target: Target,
    agent: Agent,
    limits: Http1ClientLimits,
    head: RequestHead,
    receiver: ResponseReceiver,
  ) {
    this.#target = target;
    this.#agent = agent;
    this.#limits = limits;
    this.#head = head;
    this.#receiver = receiver;
  }

  send(): void {
    const body = this.body.takeBytes();
    this.#open(["content-length", String(body.length)]).end(body);
  }

  start(): void {
    this.#open(["transfer-encoding", "chunked"]).on("drain", () => {
      if (!this.#over) this.#receiver.drained();
    });
  }

  flush(): boolean {
    if (this.body.length === 0) return true;
    return this.#request?.write(this.body.takeBytes()) ?? true;
  }

  end(): void {
    this.flush();
    this.#request?.end();
  }

  pause(): void {
    this.#response?.pause();
  }

  resume(): void {
    this.#response?.resume();
  }

  #open(framing: readonly string[]): ClientRequest {
    const { host, port, authority } = this.#target;
    const { method, path, headers } = this.#head;
    const fields = ["host", authority, ...headers, ...framing];
    const { headerListBytes: maxHeaderSize } = this.#limits;
    const options = { agent: this.#agent, host, port, method, path, maxHeaderSize };
    this.#request = request({ ...options, headers: fields as unknown as string[] });
    this.#request.on("socket", (socket) => {
      if (socket.connecting) this.#watchConnecting();
    });
    this.#request.on("response", (response) => this.#respond(response));
    this.#request.on("error", (error) => this.#fail(error));
    return this.#request;
  }

  reset(): void {
    this.#finish();
    this.#request?.destroy();
  }

  #watchConnecting(): void {
    const { connectTimeoutMs } = this.#limits;
    const expired = () => this.#request?.destroy(connectTimeout(connectTimeoutMs));
    this.#connectTimer = setTimeout(expired, connectTimeoutMs);
    this.#request?.once("close", () => clearTimeout(this.#connectTimer));
    this.#request?.socket?.once("connect", () => clearTimeout(this.#connectTimer));
  }

  #respond(response: IncomingMessage): void {
    if (this.#over) return;
    this.#response = response;
    response.on("data", (chunk: Buffer) => {
      if (!this.#over) this.#receiver.data(chunk, 0, chunk.length);
    });
    response.on("end", () => {
      if (this.#over) return;
      if (!response.complete) return this.#fail(cutResponse());
      this.#finish();
      this.#receiver.end(Metadata.fromWire(response.rawTrailers));
    });
    response.on("error", (error) => this.#fail(error));
    this.#receiver.head(response.statusCode ?? 0, Metadata.fromWire(response.rawHeaders));
  }

  #fail(error: Error): void {
    if (this.#over) return;
    this.#finish();
    this.#request?.destroy();
    this.#receiver.interrupted(describeFailure(error));
  }

  #finish(): void {
    this.#over = true;
    clearTimeout(this.#connectTimer);
  }
}

function cutResponse(): Error {
  return Object.assign(new Error("the response ended early"), { code: "ECONNRESET" });
}
