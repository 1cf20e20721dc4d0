import { errorName } from "./error-code.js";
import { Flag, FrameType, frameName, maxMaxFrameBytes, readUint31, readUint32 } from "./frame.js";
import { type FrameHandler, FrameReader } from "./frame-reader.js";
import { HpackDecoder } from "./hpack-decoder.js";
import { clientPreface } from "./preface.js";

/** Writes down the frames of one direction of a connection, a line each, for people. */
export class FrameTrace {
  readonly #write: (line: string) => void;
  readonly #reader: FrameReader;
  readonly #decoder: HpackDecoder = new HpackDecoder({ listBytes: Infinity, fieldBytes: Infinity });
  /** What is missing of the client's preface. */
  #preface: number;
  #block: { readonly head: string; pieces: Uint8Array[] } | undefined;
  #data = "";

  /**
   * @param write takes a line: `HEADERS stream 1 END_STREAM :method=POST …`. Values of credentials and of fields whose names
   * end in `-bin` are not shown.
   * @param hasPreface the direction begins with the client's preface.
   */
  constructor(write: (line: string) => void, hasPreface: boolean) {
    this.#write = write;
    this.#preface = hasPreface ? clientPreface.length : 0;
    const handler: FrameHandler = {
      frame: (...frame) => this.#frame(...frame),
      beginData: (flags, streamId, length) => {
        this.#data = describe(FrameType.data, flags, streamId, ` ${length} bytes`);
        return true;
      },
      continueData: (_bytes, _start, _end, isLast) => {
        if (isLast) this.#write(this.#data);
        return true;
      },
    };
    this.#reader = new FrameReader(handler, maxMaxFrameBytes);
  }

  /** Takes bytes, which it does not change. Never throws: what cannot be read is written down as that. */
  add(bytes: Uint8Array): void {
    const start = Math.min(this.#preface, bytes.length);
    this.#preface -= start;
    try {
      if (start < bytes.length) this.#reader.read(bytes, start);
    } catch (error) {
      this.#write(`unreadable: ${(error as Error).message}`);
    }
  }

  #frame(
    type: number,
    flags: number,
    streamId: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    if (type === FrameType.headers) {
      const padding = (flags & Flag.padded) !== 0 ? (bytes[start] as number) + 1 : 0;
      const from = start + (padding > 0 ? 1 : 0) + ((flags & Flag.priority) !== 0 ? 5 : 0);
      const to = end - Math.max(0, padding - 1);
      this.#block = { head: describe(type, flags, streamId, ""), pieces: [] };
      this.#piece(flags, bytes.slice(from, Math.max(from, to)));
    } else if (type === FrameType.continuation) this.#piece(flags, bytes.slice(start, end));
    else this.#write(describe(type, flags, streamId, payloadOf(type, flags, bytes, start, end)));
    return true;
  }

  #piece(flags: number, piece: Uint8Array): void {
    if (this.#block === undefined) return;
    this.#block.pieces.push(piece);
    if ((flags & Flag.endHeaders) === 0) return;
    const { head, pieces } = this.#block;
    this.#block = undefined;
    const block = new Uint8Array(pieces.reduce((bytes, each) => bytes + each.length, 0));
    let at = 0;
    for (const each of pieces) {
      block.set(each, at);
      at += each.length;
    }
    this.#write(head + this.#fields(block));
  }

  #fields(block: Uint8Array): string {
    const fields = this.#decoder.decode(block, 0, block.length);
    let text = "";
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i] as string;
      text += ` ${name}=${secret.test(name) ? "[redacted]" : JSON.stringify(fields[i + 1])}`;
    }
    return text;
  }
}

const secret = /authorization|cookie|token|secret|password|api-?key|-bin$/;

function describe(type: number, flags: number, streamId: number, rest: string): string {
  const stream = streamId === 0 ? "" : ` stream ${streamId}`;
  return `${frameName(type)}${stream}${flagNames(type, flags)}${rest}`;
}

function flagNames(type: number, flags: number): string {
  let names = "";
  const isAckable = type === FrameType.settings || type === FrameType.ping;
  const canEnd = type === FrameType.data || type === FrameType.headers;
  if (isAckable && (flags & Flag.ack) !== 0) names += " ACK";
  if (canEnd && (flags & Flag.endStream) !== 0) names += " END_STREAM";
  return names;
}

function payloadOf(
  type: number,
  flags: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): string {
  if (end - start < 4 || (flags & Flag.ack) !== 0)
    return end > start ? ` ${end - start} bytes` : "";
  switch (type) {
    case FrameType.rstStream:
      return ` ${errorName(readUint32(bytes, start))}`;
    case FrameType.windowUpdate:
      return ` +${readUint31(bytes, start)}`;
    case FrameType.goaway:
      return goawayOf(bytes, start, end);
    case FrameType.settings:
      return settingsOf(bytes, start, end);
    default:
      return ` ${end - start} bytes`;
  }
}

/** What it says is the peer's text: quoted, so that it stays on its line. */
function goawayOf(bytes: Uint8Array, start: number, end: number): string {
  const code = errorName(readUint32(bytes, Math.min(start + 4, end - 4)));
  const text = String.fromCharCode(...bytes.subarray(start + 8, Math.min(end, start + 8 + 500)));
  return ` last ${readUint31(bytes, start)} ${code}${text === "" ? "" : ` ${JSON.stringify(text)}`}`;
}

const settingNames = [
  "HEADER_TABLE_SIZE",
  "ENABLE_PUSH",
  "MAX_CONCURRENT_STREAMS",
  "INITIAL_WINDOW_SIZE",
  "MAX_FRAME_SIZE",
  "MAX_HEADER_LIST_SIZE",
];

function settingsOf(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at + 6 <= end; at += 6) {
    const identifier = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    const name = settingNames[identifier - 1] ?? `0x${identifier.toString(16)}`;
    text += ` ${name}=${readUint32(bytes, at + 2)}`;
  }
  return text;
}
