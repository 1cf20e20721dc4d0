import { RpcError } from "../rpc-error.js";
import { ChunkSink } from "../transport/byte-sink.js";
import type { Compression, DecompressedSink } from "./compression.js";

/**
 * Decompresses the message in `bytes[start, end)`, which becomes at most `limit` bytes large, whatever the compression
 * does about it. Nothing decompresses to nothing: a message without a byte is empty in every compression, as Connect
 * has it.
 * @throws RpcError `resource_exhausted` (reason `BOWLINE_MESSAGE_TOO_LARGE`) past the limit, `internal` (reason
 * `BOWLINE_DECOMPRESS`) for data that is not in the format; a promise is rejected with them.
 */
export function decompressMessage(
  compression: Compression,
  bytes: Uint8Array,
  start: number,
  end: number,
  limit: number,
): Uint8Array | Promise<Uint8Array> {
  const whole = start === 0 && end === bytes.length;
  const compressed = whole ? bytes : bytes.subarray(start, end);
  if (compressed.length === 0) return compressed;
  const sink = new LimitedSink(limit);
  let pending: void | Promise<void>;
  try {
    pending = compression.decompress(compressed, sink);
  } catch (error) {
    throw sink.refusal ?? failed(compression, error);
  }
  if (pending === undefined) return sink.take();
  return awaitDecompressed(compression, pending, sink);
}

async function awaitDecompressed(
  compression: Compression,
  pending: Promise<void>,
  sink: LimitedSink,
): Promise<Uint8Array> {
  try {
    await pending;
  } catch (error) {
    throw sink.refusal ?? failed(compression, error);
  }
  return sink.take();
}

/** Collects a message up to the limit. What it refused once stays refused, and what comes after the end is not taken. */
class LimitedSink implements DecompressedSink {
  /** Why the message is refused. */
  refusal: RpcError | undefined;
  readonly #limit: number;
  readonly #pieces = new ChunkSink();
  #closed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get remaining(): number {
    return this.refusal === undefined ? this.#limit - this.#pieces.length : 0;
  }

  append(bytes: Uint8Array): void {
    if (this.refusal !== undefined) throw this.refusal;
    if (this.#closed) throw new TypeError("append was called after decompress was done");
    if (!(bytes instanceof Uint8Array)) throw new TypeError("append takes a Uint8Array");
    if (!(bytes.length <= this.remaining)) {
      this.#pieces.clear();
      this.refusal = tooLarge(this.#limit);
      throw this.refusal;
    }
    this.#pieces.append(bytes);
  }

  /** @throws RpcError if the message was refused, also when the decompressor went on all the same. */
  take(): Uint8Array {
    this.#closed = true;
    if (this.refusal !== undefined) throw this.refusal;
    return this.#pieces.takeBytes();
  }
}

function tooLarge(limit: number): RpcError {
  return new RpcError(
    "resource_exhausted",
    `the message is larger than the receiver takes: decompressed it is more than the limit of ${limit} bytes (receivedMessageBytes)`,
    { reason: "BOWLINE_MESSAGE_TOO_LARGE" },
  );
}

function failed({ name }: Compression, cause: unknown): RpcError {
  return new RpcError("internal", `the message is not readable as ${name}`, {
    cause,
    reason: "BOWLINE_DECOMPRESS",
  });
}
