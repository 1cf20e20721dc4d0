import type { Zlib, ZlibOptions } from "node:zlib";
import type { Compression, DecompressedSink } from "@bowline/rpc";

/**
 * Messages up to this size are compressed and decompressed in place. At 64 KiB that holds the event loop for half a
 * millisecond to a whole one (gzip, a log batch); another thread costs 0.1 to 0.2 ms on top, whatever the size.
 */
export const inPlaceBytes = 65_536;

/** What decompresses to more than this, a bomb for one, does so on another thread. */
const inPlaceOutputBytes = 262_144;

/** The size of the pieces that come from another thread. */
const pieceBytes = 65_536;

/** What `node:zlib` answers to `info: true`. */
export interface ZlibResult {
  readonly buffer: Uint8Array;
  readonly engine: Zlib;
}

/** The functions of `node:zlib` for one format. */
export interface ZlibFormat {
  readonly name: string;
  compressSync(bytes: Uint8Array, options: ZlibOptions): Uint8Array;
  compress(
    bytes: Uint8Array,
    options: ZlibOptions,
    callback: (error: Error | null, result: Uint8Array) => void,
  ): void;
  decompressSync(bytes: Uint8Array, options: ZlibOptions): ZlibResult;
  createDecompress(options: ZlibOptions): Zlib & NodeJS.ReadWriteStream & { destroy(): void };
  /** The parts that are decompressed one by one, where the functions above do not go past the first. Default: one. */
  split?(bytes: Uint8Array): readonly Uint8Array[];
}

/**
 * A compression by `node:zlib`. Decompression never holds more than the sink takes and one piece; bytes behind the end
 * of the compressed data are an error.
 */
export function zlibCompression(format: ZlibFormat): Compression {
  return {
    name: format.name,
    compress: (bytes) => {
      const options = { chunkSize: compressedBound(bytes.length) };
      if (bytes.length <= inPlaceBytes) return format.compressSync(bytes, options);
      return new Promise((resolve, reject) => {
        format.compress(bytes, options, (error, result) =>
          error === null ? resolve(result) : reject(error),
        );
      });
    },
    decompress: (bytes, sink) => {
      const parts = format.split?.(bytes);
      if (parts === undefined || parts.length === 1) return decompressPart(format, bytes, sink);
      return decompressParts(format, parts, sink);
    },
  };
}

function decompressPart(
  format: ZlibFormat,
  bytes: Uint8Array,
  sink: DecompressedSink,
): void | Promise<void> {
  if (bytes.length <= inPlaceBytes && decompressInPlace(format, bytes, sink)) return;
  return decompressElsewhere(format, bytes, sink);
}

async function decompressParts(
  format: ZlibFormat,
  parts: readonly Uint8Array[],
  sink: DecompressedSink,
): Promise<void> {
  for (const part of parts) await decompressPart(format, part, sink);
}

/** Room for the outcome in one piece, also where the data grows. */
function compressedBound(length: number): number {
  return length + (length >>> 8) + 128;
}

/** Whether it was small enough to be done with; if not, nothing has happened. */
function decompressInPlace(format: ZlibFormat, bytes: Uint8Array, sink: DecompressedSink): boolean {
  const maxOutputLength = Math.min(sink.remaining + 1, inPlaceOutputBytes);
  const chunkSize = Math.min(Math.max(4 * bytes.length, 1024), pieceBytes, maxOutputLength + 64);
  let result: ZlibResult;
  try {
    result = format.decompressSync(bytes, { maxOutputLength, chunkSize });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return false;
    throw error;
  }
  checkConsumed(format, bytes, result.engine);
  sink.append(result.buffer);
  return true;
}

/** On another thread, piece by piece. Ends with the first piece that the sink refuses. */
function decompressElsewhere(
  format: ZlibFormat,
  bytes: Uint8Array,
  sink: DecompressedSink,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const engine = format.createDecompress({ chunkSize: pieceBytes });
    const fail = (error: unknown) => {
      engine.destroy();
      reject(error);
    };
    engine.on("data", (piece: Uint8Array) => {
      try {
        sink.append(piece);
      } catch (error) {
        fail(error);
      }
    });
    engine.on("error", fail);
    engine.on("end", () => {
      try {
        checkConsumed(format, bytes, engine);
        resolve();
      } catch (error) {
        fail(error);
      }
    });
    engine.end(bytes);
  });
}

function checkConsumed({ name }: ZlibFormat, bytes: Uint8Array, engine: Zlib): void {
  // `bytesWritten` is what the engine took of its input.
  const behind = bytes.length - engine.bytesWritten;
  if (behind !== 0) throw new Error(`${behind} bytes behind the end of the ${name} data`);
}
