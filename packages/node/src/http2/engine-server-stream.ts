import {
  ErrorCode,
  errorName,
  type RequestHead,
  type RequestShape,
  type Stream,
  type StreamEnd,
  type StreamReceiver,
} from "@bowline/http2";
import {
  type BodySink,
  type HeaderFields,
  Metadata,
  type ReadonlyMetadata,
  type RequestMemo,
  type RequestReceiver,
  type ServerStream,
  type StreamFailure,
  type StreamPeer,
} from "@bowline/rpc/internal";

/** One request of the engine, as the RPC layer sees it. */
export class EngineServerStream implements ServerStream {
  readonly peer: StreamPeer;
  readonly #stream: Stream;
  readonly #head: RequestHead;
  #headers: ReadonlyMetadata | undefined;
  #awaitsContinue: boolean;

  constructor(stream: Stream, head: RequestHead, peer: StreamPeer) {
    this.#stream = stream;
    this.#head = head;
    this.peer = peer;
    this.#awaitsContinue = head.awaitsContinue;
  }

  get httpVersion(): "2" {
    return "2";
  }

  get method(): string {
    return this.#head.method;
  }

  get target(): string {
    return this.#head.path;
  }

  get memo(): ShapeMemo {
    const { shape } = this.#head;
    shape.attachment ??= new ShapeMemo(shape);
    return shape.attachment as ShapeMemo;
  }

  get headers(): ReadonlyMetadata {
    const head = this.#head;
    if (this.#headers === undefined) {
      head.attachment ??= withHost(head);
      this.#headers = Metadata.borrow(head.attachment as HeaderFields);
    }
    return this.#headers;
  }

  headerAt(index: number): string {
    return this.#head.valueAt(index);
  }

  get body(): BodySink {
    return this.#stream.body;
  }

  /** Somebody wants the body: a client that asks first may send it. */
  wantContent(): void {
    if (this.#awaitsContinue && !this.#stream.isPaused) this.#continue();
  }

  respond(status: number, headers: HeaderFields, trailers?: HeaderFields): void {
    const stream = this.#stream;
    if (trailers !== undefined && trailers.length > 0) stream.respond(status, headers, trailers);
    else if (stream.body.length === 0) stream.respond(status, headers);
    else {
      stream.respond(status, [...headers, "content-length", String(stream.body.length)]);
    }
  }

  start(status: number, headers: HeaderFields): void {
    this.#stream.start(status, headers);
  }

  flush(): boolean {
    return this.#stream.flush();
  }

  end(trailers?: HeaderFields): void {
    this.#stream.end(trailers);
  }

  reset(): void {
    this.#stream.reset(ErrorCode.internalError);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    if (this.#awaitsContinue) this.#continue();
    this.#stream.resume();
  }

  #continue(): void {
    this.#awaitsContinue = false;
    this.#stream.inform(100);
  }
}

/** Tells the RPC layer of what the engine receives. */
export class EngineRequest implements StreamReceiver {
  readonly #stream: Stream;
  readonly #receiver: RequestReceiver;
  readonly #peer: StreamPeer;

  constructor(stream: Stream, receiver: RequestReceiver, peer: StreamPeer) {
    this.#stream = stream;
    this.#receiver = receiver;
    this.#peer = peer;
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    this.#receiver.data(bytes, start, end);
  }

  end(): void {
    this.#receiver.end();
  }

  interrupted(end: StreamEnd): void {
    this.#receiver.interrupted(describeEnd(end, this.#peer.address));
  }

  drained(): void {
    this.#receiver.drained();
  }

  partialBytes(): number {
    return this.#receiver.partialBytes?.() ?? 0;
  }

  /** What it answers is sent; without an answer the stream is reset. */
  exhausted(message: string): void {
    const receiver = this.#receiver;
    if (receiver.exhausted === undefined) this.#stream.reset(ErrorCode.enhanceYourCalm);
    else receiver.exhausted(message);
  }

  isResting(): boolean {
    return this.#receiver.isResting?.() === true;
  }
}

/** What requests share whose heads differ in nothing that is decided by. */
class ShapeMemo implements RequestMemo {
  readonly #shape: RequestShape;
  plan: unknown;

  constructor(shape: RequestShape) {
    this.#shape = shape;
  }

  indexOf(name: string): number {
    return this.#shape.indexOf(name);
  }
}

/** The regular fields, the authority as `host` before them. */
function withHost({ authority, fields }: RequestHead): HeaderFields {
  if (authority === undefined) return fields;
  const found = new Array<string>(fields.length + 2);
  found[0] = "host";
  found[1] = authority;
  let hosts = 0;
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] === "host") hosts++;
    found[i + 2] = fields[i] as string;
    found[i + 3] = fields[i + 1] as string;
  }
  return hosts === 0 ? found : ["host", authority, ...withoutHost(fields)];
}

function withoutHost(fields: HeaderFields): string[] {
  const names = fields.map((_, at) => fields[at & ~1]);
  return fields.filter((_, at) => names[at] !== "host");
}

function describeEnd(end: StreamEnd, address: string): StreamFailure {
  const { cause, code, message } = end;
  switch (cause) {
    case "lost":
      return { kind: "lost", message: `the caller ${address} is gone` };
    case "aborted":
      return { kind: "shutdown", message };
    case "stalled":
      return { kind: "stalled", message: message.replace("the peer", `the caller ${address}`) };
    case "limit":
    case "malformed":
      return { kind: cause, message: `the caller ${address}: ${message}` };
    default:
      return { kind: resetKinds.get(code) ?? "malformed", message: resetMessage(address, code) };
  }
}

const resetKinds: ReadonlyMap<number, StreamFailure["kind"]> = new Map([
  [ErrorCode.noError, "canceled"],
  [ErrorCode.cancel, "canceled"],
  [ErrorCode.internalError, "lost"],
  [ErrorCode.refusedStream, "refused"],
  [ErrorCode.enhanceYourCalm, "exhausted"],
  [ErrorCode.inadequateSecurity, "denied"],
]);

function resetMessage(address: string, code: number): string {
  return code === ErrorCode.cancel || code === ErrorCode.noError
    ? `the caller ${address} gave the call up`
    : `the stream of the caller ${address} was reset (${errorName(code)})`;
}
