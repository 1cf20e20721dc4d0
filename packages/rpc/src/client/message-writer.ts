import type { MessageType } from "@bowline/protobuf";
import { compressMessage } from "../compression/compress-message.js";
import type { Compression } from "../compression/compression.js";
import { type BodySink, ChunkSink } from "../transport/byte-sink.js";
import type { CallSettings } from "./call-settings.js";

/**
 * Writes a request message with its prefix into a body, compressed where the call says so.
 * @returns a promise where the compression takes its time; the message is written when it settles.
 * @throws anything that the codec or the compression throws; then nothing was written.
 */
export function writeMessage(
  body: BodySink,
  type: MessageType,
  message: unknown,
  settings: CallSettings,
): Promise<void> | undefined {
  const { codec, send } = settings;
  if (send !== undefined) {
    return writeCompressed(body, encodeAlone(type, message, settings), send, settings.minBytes);
  }
  body.openEnvelope(0);
  try {
    codec.encode(type, message, body);
  } catch (error) {
    body.dropEnvelope();
    throw error;
  }
  body.closeEnvelope();
  return undefined;
}

function encodeAlone(type: MessageType, message: unknown, { codec }: CallSettings): Uint8Array {
  const sink = new ChunkSink();
  codec.encode(type, message, sink);
  return sink.takeBytes();
}

function writeCompressed(
  body: BodySink,
  bytes: Uint8Array,
  compression: Compression,
  minBytes: number,
): Promise<void> | undefined {
  if (bytes.length < minBytes) {
    writeEnvelope(body, 0, bytes);
    return undefined;
  }
  const compressed = compressMessage(compression, bytes);
  if (!(compressed instanceof Uint8Array)) {
    return compressed.then((ready) => writeEnvelope(body, 1, ready));
  }
  writeEnvelope(body, 1, compressed);
  return undefined;
}

function writeEnvelope(body: BodySink, flags: number, bytes: Uint8Array): void {
  body.openEnvelope(flags);
  body.append(bytes);
  body.closeEnvelope();
}
