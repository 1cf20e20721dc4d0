import { DecodeError, EncodeError, JsonError } from "@bowline/protobuf";
import type { CallSettings } from "../client/call-settings.js";
import type { PendingUnaryCall } from "../client/unary-call.js";
import { Deadline, onExpiry } from "../deadline.js";
import type { ReadonlyMetadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import type { UnaryMethod } from "../service-type.js";
import type {
  ClientStream,
  ClientTransport,
  ResponseReceiver,
} from "../transport/client-stream.js";
import { MessageBody } from "../transport/message-body.js";
import type { StreamFailure } from "../transport/stream-failure.js";
import { unaryContentType } from "./content-type.js";
import { decodeError } from "./error.js";
import { acceptedEncodings, appendMetadata } from "./headers.js";
import { codeFromStatus } from "./http-status.js";
import { formatTimeout } from "./timeout.js";
import { splitTrailers } from "./trailer.js";

/** Starts a unary call over Connect. It settles `call`, in this tick only where nothing can be sent. */
export function startConnectUnary<T>(
  transport: ClientTransport,
  method: UnaryMethod,
  request: unknown,
  settings: CallSettings,
  call: PendingUnaryCall<T>,
): void {
  new UnaryRequest<T>(transport, method, settings, call).start(request);
}

/** One unary call over Connect, from the request to the answer. */
class UnaryRequest<T> implements ResponseReceiver {
  readonly #transport: ClientTransport;
  readonly #method: UnaryMethod;
  readonly #settings: CallSettings;
  readonly #call: PendingUnaryCall<T>;
  readonly #body: MessageBody;
  #stream: ClientStream | undefined;
  #stopTimer: (() => void) | undefined;
  #stopListening: (() => void) | undefined;
  /** The HTTP status of an error response whose body is awaited. */
  #errorStatus: number | undefined;
  #headers: ReadonlyMetadata | undefined;
  #trailers: ReadonlyMetadata | undefined;

  constructor(
    transport: ClientTransport,
    method: UnaryMethod,
    settings: CallSettings,
    call: PendingUnaryCall<T>,
  ) {
    this.#transport = transport;
    this.#method = method;
    this.#settings = settings;
    this.#call = call;
    this.#body = new MessageBody(settings.receivedMessageBytes);
  }

  start(request: unknown): void {
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      this.#giveUp(refusal);
      return;
    }
    this.#call.onCancel = (reason) => this.#giveUp(this.#canceled(reason));
    const head = {
      method: "POST",
      path: this.#method.path,
      headers: this.#requestFields(),
      requiresHttp2: false,
    };
    this.#stream = this.#transport.open(head, this);
    try {
      this.#settings.codec.encode(this.#method.input, request, this.#stream.body);
    } catch (error) {
      this.#giveUp(this.#unencodable(error));
      return;
    }
    this.#stream.send();
    this.#watch();
  }

  head(status: number, received: ReadonlyMetadata): void {
    const { headers, trailers } = splitTrailers(received);
    this.#headers = headers;
    this.#trailers = trailers;
    this.#call.receivedHeaders(headers);
    try {
      if (status === 200) this.#checkResponse(headers);
      else this.#expectError(status, headers);
      this.#body.announce(headers.get("content-length"));
    } catch (error) {
      this.#giveUp(this.#placed(error as RpcError));
    }
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    try {
      this.#body.add(bytes, start, end);
    } catch (error) {
      this.#giveUp(this.#placed(error as RpcError));
    }
  }

  end(): void {
    this.#body.finish();
    this.#stopWatching();
    this.#call.receivedTrailers(this.#trailers as ReadonlyMetadata);
    if (this.#errorStatus !== undefined) this.#call.fail(this.#readError(this.#errorStatus));
    else this.#succeed();
  }

  drained(): void {}

  interrupted(failure: StreamFailure): void {
    this.#stopWatching();
    this.#call.fail(failureOf(failure, this.#place()));
  }

  #requestFields(): string[] {
    const { codec, timeoutMs, headers } = this.#settings;
    const fields = ["content-type", unaryContentType(codec), "connect-protocol-version", "1"];
    if (timeoutMs !== undefined) fields.push("connect-timeout-ms", formatTimeout(timeoutMs));
    appendMetadata(fields, headers);
    return fields;
  }

  /** Why nothing is sent at all. */
  #refusal(): RpcError | undefined {
    const { signal, timeoutMs } = this.#settings;
    if (signal?.aborted) return this.#aborted(signal.reason);
    return timeoutMs === 0 ? this.#expired() : undefined;
  }

  #watch(): void {
    const { signal, timeoutMs } = this.#settings;
    if (timeoutMs !== undefined) {
      const deadline = Deadline.after(timeoutMs);
      this.#stopTimer = onExpiry(deadline, () => this.#giveUp(this.#expired()));
    }
    if (signal !== undefined) {
      const aborted = () => this.#giveUp(this.#aborted(signal.reason));
      signal.addEventListener("abort", aborted, { once: true });
      this.#stopListening = () => signal.removeEventListener("abort", aborted);
    }
  }

  #stopWatching(): void {
    this.#stopTimer?.();
    this.#stopListening?.();
  }

  #giveUp(error: RpcError): void {
    this.#stopWatching();
    this.#stream?.reset();
    this.#call.fail(error);
  }

  /** @throws RpcError for a response of another form than was asked for. */
  #checkResponse(headers: ReadonlyMetadata): void {
    const expected = unaryContentType(this.#settings.codec);
    const contentType = headers.get("content-type");
    if (!isContentType(contentType, expected)) {
      const code = contentType?.startsWith("application/") ? "internal" : "unknown";
      const got = contentType === undefined ? "no content-type" : JSON.stringify(contentType);
      throw this.#unexpected(code, `answered with ${got} instead of ${expected}`);
    }
    const encoding = headers.get("content-encoding");
    if (encoding !== undefined && !acceptedEncodings.includes(encoding)) {
      throw this.#unexpected(
        "internal",
        `answered with content-encoding ${JSON.stringify(encoding)}; accepted: ${acceptedEncodings.join(", ")}`,
      );
    }
  }

  /** @throws RpcError if the answer has no body that could say more than its status. */
  #expectError(status: number, headers: ReadonlyMetadata): void {
    this.#errorStatus = status;
    if (isContentType(headers.get("content-type"), "application/json")) return;
    throw this.#unexpected(codeFromStatus(status), statusMessage(status));
  }

  #readError(status: number): RpcError {
    const fallback = {
      code: codeFromStatus(status),
      message: statusMessage(status),
    };
    const { bytes, start, end } = this.#body;
    return decodeError(bytes.subarray(start, end), fallback, {
      ...this.#metadata(),
      ...this.#place(),
    });
  }

  #succeed(): void {
    const { bytes, start, end } = this.#body;
    let response: T;
    try {
      response = this.#settings.codec.decode(this.#method.output, bytes, start, end) as T;
    } catch (error) {
      this.#call.fail(this.#undecodable(error));
      return;
    }
    this.#call.succeed(response);
  }

  #undecodable(error: unknown): RpcError {
    if (RpcError.is(error)) return error;
    const why = DecodeError.is(error) || JsonError.is(error) ? error.message : String(error);
    return new RpcError("internal", `the response is not readable: ${why}`, {
      ...this.#place(),
      ...this.#metadata(),
      cause: error,
      reason: "BOWLINE_DECODE",
    });
  }

  #unencodable(error: unknown): RpcError {
    if (RpcError.is(error)) return error;
    const known = EncodeError.is(error) || JsonError.is(error);
    const why = known || error instanceof TypeError ? (error as Error).message : String(error);
    return new RpcError("invalid_argument", `the request cannot be sent: ${why}`, {
      ...this.#place(),
      cause: error,
      reason: "BOWLINE_ENCODE",
    });
  }

  #unexpected(code: RpcError["code"], message: string): RpcError {
    return new RpcError(code, message, {
      ...this.#place(),
      ...this.#metadata(),
      reason: "BOWLINE_UNEXPECTED_RESPONSE",
    });
  }

  #expired(): RpcError {
    return new RpcError("deadline_exceeded", `no answer within ${this.#settings.timeoutMs} ms`, {
      ...this.#place(),
      reason: "BOWLINE_DEADLINE_EXCEEDED",
    });
  }

  /** The outcome of a call whose signal was aborted; that of `AbortSignal.timeout` is a deadline. */
  #aborted(cause: unknown): RpcError {
    if (!(cause instanceof DOMException) || cause.name !== "TimeoutError") {
      return this.#canceled(cause);
    }
    return new RpcError("deadline_exceeded", "no answer before the timeout of the call's signal", {
      ...this.#place(),
      cause,
      reason: "BOWLINE_DEADLINE_EXCEEDED",
    });
  }

  #canceled(cause: unknown): RpcError {
    return new RpcError("canceled", "the caller gave the call up", {
      ...this.#place(),
      cause,
      reason: "BOWLINE_CANCELED",
    });
  }

  /** An error of a part that does not know what is called. */
  #placed(error: RpcError): RpcError {
    if (error.peer !== undefined) return error;
    const { code, rawMessage, cause, reason } = error;
    const known = reason === undefined ? {} : { reason };
    return new RpcError(code, rawMessage, { ...this.#place(), ...known, cause });
  }

  #place(): Place {
    return { peer: this.#transport.authority, method: this.#method.path };
  }

  #metadata(): { headers: ReadonlyMetadata; trailers: ReadonlyMetadata } {
    return {
      headers: this.#headers as ReadonlyMetadata,
      trailers: this.#trailers as ReadonlyMetadata,
    };
  }
}

/** Who and what was called, for errors. */
interface Place {
  readonly peer: string;
  readonly method: string;
}

function isContentType(value: string | undefined, expected: string): boolean {
  return value === expected || value?.split(";", 1)[0]?.trim().toLowerCase() === expected;
}

function statusMessage(status: number): string {
  const hint = status === 404 ? "; is this the server of this service?" : "";
  return `answered with HTTP status ${status} and no error that says more${hint}`;
}

/** What a broken stream means for the caller, by its kind. */
const outcomes: Readonly<
  Record<StreamFailure["kind"], { readonly code: RpcError["code"]; readonly reason: string }>
> = {
  unreachable: { code: "unavailable", reason: "BOWLINE_UNREACHABLE" },
  unsupported: { code: "unimplemented", reason: "BOWLINE_HTTP_VERSION" },
  refused: { code: "unavailable", reason: "BOWLINE_REFUSED" },
  canceled: { code: "canceled", reason: "BOWLINE_CANCELED" },
  exhausted: { code: "resource_exhausted", reason: "BOWLINE_REFUSED" },
  denied: { code: "permission_denied", reason: "BOWLINE_REFUSED" },
  lost: { code: "unavailable", reason: "BOWLINE_LOST" },
  stalled: { code: "unavailable", reason: "BOWLINE_STALLED" },
  malformed: { code: "internal", reason: "BOWLINE_MALFORMED" },
  limit: { code: "internal", reason: "BOWLINE_LIMIT" },
  shutdown: { code: "canceled", reason: "BOWLINE_SHUTDOWN" },
};

function failureOf({ kind, message, cause }: StreamFailure, place: Place): RpcError {
  const { code, reason } = outcomes[kind];
  return new RpcError(code, message, { ...place, cause, reason });
}
