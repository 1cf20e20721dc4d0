import { Metadata, type ReadonlyMetadata } from "@bowline/rpc";
import type {
  ClientStream,
  RequestReceiver,
  ResponseReceiver,
  ServerStream,
  StreamFailure,
} from "@bowline/rpc/internal";

/** What came to one end of a stream, and a way to wait for it. */
class Recorder {
  /** Everything that came, in order: `head`, `data`, `end`, `interrupted`, `drained`. Data only once in a row. */
  readonly events: string[] = [];
  /** What must not have been: a call after the last, or inside a call of the stream's own methods. */
  readonly violations: string[] = [];
  failure: StreamFailure | undefined;
  drains = 0;
  /** Calls of the stream's own methods that have not returned. */
  depth = 0;
  /** Set by the test: what was reset or answered hears nothing more. */
  deaf = false;
  readonly #pieces: Uint8Array[] = [];
  #size = 0;
  #wake: (() => void)[] = [];

  get size(): number {
    return this.#size;
  }

  get body(): Uint8Array {
    return Buffer.concat(this.#pieces);
  }

  get text(): string {
    return Buffer.from(this.body).toString();
  }

  get isOver(): boolean {
    return this.events.includes("end") || this.failure !== undefined;
  }

  /** Waits until it is so. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  protected record(event: string): void {
    if (this.depth > 0) this.violations.push(`${event} inside a call`);
    if (this.deaf) this.violations.push(`${event} after the stream was given up or answered`);
    if (this.failure !== undefined) this.violations.push(`${event} after interrupted`);
    if (event !== "data" || this.events.at(-1) !== "data") this.events.push(event);
    if (event === "drained") this.drains++;
    for (const wake of this.#wake.splice(0)) queueMicrotask(wake);
  }

  protected keep(bytes: Uint8Array, start: number, end: number): void {
    this.#pieces.push(bytes.subarray(start, end));
    this.#size += end - start;
  }
}

/** A receiver of a response that keeps what came. */
export class RecordedResponse extends Recorder implements ResponseReceiver {
  status = 0;
  headers: ReadonlyMetadata = new Metadata();
  trailers: ReadonlyMetadata = new Metadata();
  onHead: () => void = () => {};
  onData: () => void = () => {};
  onDrained: () => void = () => {};

  head(status: number, headers: ReadonlyMetadata): void {
    this.status = status;
    this.headers = headers;
    if (this.events.includes("head")) this.violations.push("a second head");
    this.record("head");
    this.onHead();
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    this.keep(bytes, start, end);
    if (!this.events.includes("head")) this.violations.push("data before the head");
    this.#notEnded("data");
    this.record("data");
    this.onData();
  }

  end(trailers: ReadonlyMetadata): void {
    this.trailers = trailers;
    this.#notEnded("end");
    this.record("end");
  }

  interrupted(failure: StreamFailure): void {
    this.#notEnded("interrupted");
    this.record("interrupted");
    this.failure = failure;
  }

  drained(): void {
    this.#notEnded("drained");
    this.record("drained");
    this.onDrained();
  }

  #notEnded(event: string): void {
    if (this.events.includes("end")) this.violations.push(`${event} after end`);
  }

  /** Waits for the end, or for why there is none. */
  async over(): Promise<this> {
    await this.until(() => this.isOver);
    return this;
  }
}

/** A receiver of a request that keeps what came, and the stream to answer on. */
export class RecordedRequest extends Recorder implements RequestReceiver {
  readonly stream: ServerStream;
  onData: () => void = () => {};
  onEnd: () => void = () => {};
  onDrained: () => void = () => {};

  constructor(stream: ServerStream) {
    super();
    this.stream = watched(stream, this);
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    this.keep(bytes, start, end);
    if (this.events.includes("end")) this.violations.push("data after end");
    this.record("data");
    this.onData();
  }

  end(): void {
    if (this.events.includes("end")) this.violations.push("a second end");
    this.record("end");
    this.onEnd();
  }

  interrupted(failure: StreamFailure): void {
    this.record("interrupted");
    this.failure = failure;
  }

  drained(): void {
    this.record("drained");
    this.onDrained();
  }

  /** Answers; nothing may come any more. */
  respond(status: number, text = "", trailers?: readonly string[]): void {
    this.stream.body.append(Buffer.from(text));
    this.stream.respond(status, ["content-type", "text/plain"], trailers);
    this.deaf = true;
  }
}

/** The same stream, whose calls the recorder knows of while they run. */
export function watched<S extends ClientStream | ServerStream>(stream: S, recorder: Recorder): S {
  return new Proxy(stream, {
    get(target, name) {
      const value = Reflect.get(target, name, target) as unknown;
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        recorder.depth++;
        try {
          return value.apply(target, args) as unknown;
        } finally {
          recorder.depth--;
        }
      };
    },
  });
}
