/** The types of frames (RFC 9113, section 6). */
export const FrameType = {
  data: 0x0,
  headers: 0x1,
  priority: 0x2,
  rstStream: 0x3,
  settings: 0x4,
  pushPromise: 0x5,
  ping: 0x6,
  goaway: 0x7,
  windowUpdate: 0x8,
  continuation: 0x9,
  /** RFC 9218, section 7.1. */
  priorityUpdate: 0x10,
} as const;

/** The flags of frames. `ack` and `endStream` are the same bit, on different types. */
export const Flag = {
  endStream: 0x1,
  ack: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const;

/** Bytes before the payload of each frame (RFC 9113, section 4.1). */
export const frameHeaderBytes = 9;
/** The payload that every peer takes (RFC 9113, section 4.2). */
export const minMaxFrameBytes = 16_384;
/** The largest payload that there can be. */
export const maxMaxFrameBytes = 16_777_215;

const names: readonly string[] = [
  "DATA",
  "HEADERS",
  "PRIORITY",
  "RST_STREAM",
  "SETTINGS",
  "PUSH_PROMISE",
  "PING",
  "GOAWAY",
  "WINDOW_UPDATE",
  "CONTINUATION",
];

/** The name of a frame type as the RFC writes it. */
export function frameName(type: number): string {
  if (type === FrameType.priorityUpdate) return "PRIORITY_UPDATE";
  return names[type] ?? `0x${type.toString(16)}`;
}

/** Writes the header of a frame. */
export function writeFrameHeader(
  buffer: Uint8Array,
  at: number,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): void {
  buffer[at] = length >>> 16;
  buffer[at + 1] = length >>> 8;
  buffer[at + 2] = length;
  buffer[at + 3] = type;
  buffer[at + 4] = flags;
  writeUint32(buffer, at + 5, streamId);
}

export function writeUint32(buffer: Uint8Array, at: number, value: number): void {
  buffer[at] = value >>> 24;
  buffer[at + 1] = value >>> 16;
  buffer[at + 2] = value >>> 8;
  buffer[at + 3] = value;
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return (readUint31(bytes, at) | ((bytes[at] as number) & 0x80 ? 0x8000_0000 : 0)) >>> 0;
}

/** A stream identifier or window increment: the highest bit is reserved, and ignored. */
export function readUint31(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) & 0x7f) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}
