import {
  type ClientRequest,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
} from "node:http";
import type { Socket } from "node:net";
import type { RequestAcceptor, RequestReceiver, ServerStream } from "@bowline/rpc/internal";
import { callFallback, type FallbackHandler } from "../http-server.js";
import { socketOf } from "../peer.js";
import { DuplexEnd, ServedEnd } from "./duplex-pair.js";

/**
 * What a header list may be on its way through. What peers may send has been decided before; what the fallback answers is
 * this process's own.
 */
const headerBytes = 1_048_576;

/**
 * Fields that say how one HTTP/1.1 connection carries a message (RFC 9110, section 7.6.1), and `expect`, which has been
 * answered.
 */
const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Answers HTTP/2 requests with what answers HTTP/1.1: each goes through a connection within the process to an HTTP server
 * of Node, whose request and response are the genuine ones, as applications such as Express need them.
 */
export class FallbackBridge {
  readonly #server: Server;
  readonly accept: RequestAcceptor = (stream) => new BridgedRequest(stream, this.#server);

  constructor(fallback: FallbackHandler) {
    this.#server = createServer(
      {
        maxHeaderSize: headerBytes,
        requireHostHeader: false,
        requestTimeout: 0,
        headersTimeout: 0,
      },
      (request, response) => callFallback(fallback, request, response),
    );
    this.#server.maxHeadersCount = 0;
    this.#server.timeout = 0;
  }
}

/** One request on its way there and back. */
class BridgedRequest implements RequestReceiver {
  readonly #stream: ServerStream;
  readonly #server: Server;
  #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  /** What came before the request was passed on. */
  #early: Uint8Array[] = [];
  #isReceived = false;
  #isOver = false;

  constructor(stream: ServerStream, server: Server) {
    this.#stream = stream;
    this.#server = server;
    // Behind what came with the headers: it says whether there is a body.
    setImmediate(() => this.#begin());
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    const piece = bytes.subarray(start, end);
    if (this.#request === undefined) this.#early.push(piece);
    else this.#write(piece);
  }

  end(): void {
    this.#isReceived = true;
    this.#request?.end();
  }

  interrupted(): void {
    this.#finish();
  }

  drained(): void {
    this.#response?.resume();
  }

  #begin(): void {
    if (this.#isOver) return;
    try {
      this.#request = this.#open();
    } catch {
      // What HTTP/2 lets through and HTTP/1.1 does not: a method or a target that cannot be written there.
      this.#finish();
      this.#stream.respond(400, []);
      return;
    }
    this.#listen(this.#request);
    for (const piece of this.#early) this.#write(piece);
    this.#early = [];
    if (this.#isReceived) this.#request.end();
    else this.#request.flushHeaders();
  }

  #open(): ClientRequest {
    const { method, target, peer } = this.#stream;
    const [ours, theirs] = DuplexEnd.connect(new DuplexEnd(), new ServedEnd(socketOf(peer)));
    const request = httpRequest({
      method,
      path: target,
      setHost: false,
      maxHeaderSize: headerBytes,
      createConnection: () => ours as unknown as Socket,
    });
    request.once("close", () => {
      ours.destroy();
      theirs.destroy();
    });
    try {
      setFields(request, this.#stream, this.#early.length > 0 || !this.#isReceived);
    } catch (error) {
      request.on("error", ignore).destroy();
      throw error;
    }
    theirs.on("error", ignore);
    this.#server.emit("connection", theirs);
    return request;
  }

  #listen(request: ClientRequest): void {
    request.maxHeadersCount = 0;
    request.on("drain", () => this.#stream.resume());
    request.on("response", (response) => this.#respond(response));
    request.on("error", () => this.#fail());
    request.on("close", () => this.#fail());
  }

  #write(piece: Uint8Array): void {
    if (this.#isOver) return;
    if (this.#request?.write(piece) === false) this.#stream.pause();
  }

  #respond(response: IncomingMessage): void {
    this.#response = response;
    const stream = this.#stream;
    stream.start(response.statusCode as number, responseFields(response));
    response.on("data", (chunk: Buffer) => {
      if (this.#isOver) return;
      stream.body.append(chunk);
      if (!stream.flush()) response.pause();
    });
    response.on("error", () => this.#fail());
    response.on("end", () => {
      if (this.#isOver || !response.complete) return;
      this.#finish();
      stream.end(trailerFields(response));
    });
  }

  /** The application broke the response off. */
  #fail(): void {
    if (this.#isOver) return;
    this.#finish();
    this.#stream.reset();
  }

  /** Nothing goes either way any more: an application that still works is told by its request's and response's `close`. */
  #finish(): void {
    this.#isOver = true;
    this.#early = [];
    this.#request?.destroy();
  }
}

/** Says the fields of a request as HTTP/1.1 does. */
function setFields(
  request: ClientRequest,
  { method, headers }: ServerStream,
  hasBody: boolean,
): void {
  const cookies: string[] = [];
  for (const [name, value] of headers) {
    // HTTP/2 may send them one by one (RFC 9113, section 8.2.3).
    if (name === "cookie") cookies.push(value);
    else if (!hopByHop.has(name)) request.appendHeader(name, value);
  }
  if (cookies.length > 0) request.setHeader("cookie", cookies.join("; "));
  // The connection within the process is nobody's business.
  request.removeHeader("connection");
  if (request.hasHeader("content-length")) return;
  if (hasBody) request.setHeader("transfer-encoding", "chunked");
  else if (method !== "GET" && method !== "HEAD") request.setHeader("content-length", "0");
}

function responseFields({ rawHeaders, headers }: IncomingMessage): string[] {
  const named = (headers.connection ?? "").toLowerCase().split(/[ \t]*,[ \t]*/);
  return lowerCase(rawHeaders).filter(
    (_, at, all) => !(hopByHop.has(nameAt(all, at)) || named.includes(nameAt(all, at))),
  );
}

function nameAt(fields: readonly string[], at: number): string {
  return fields[at - (at & 1)] as string;
}

function trailerFields({ rawTrailers }: IncomingMessage): string[] {
  return lowerCase(rawTrailers);
}

function lowerCase(fields: readonly string[]): string[] {
  return fields.map((each, at) => (at % 2 === 0 ? each.toLowerCase() : each));
}

function ignore(): void {}
