import { ConnectionError, ErrorCode } from "./error-code.js";
import { maxMaxFrameBytes, minMaxFrameBytes, readUint32, writeUint32 } from "./frame.js";
import { defaultTableBytes } from "./hpack-table.js";

/** The settings of one side (RFC 9113, section 6.5.2). */
export interface Settings {
  readonly headerTableBytes: number;
  readonly isPushEnabled: boolean;
  readonly maxConcurrentStreams: number;
  readonly initialWindowBytes: number;
  readonly maxFrameBytes: number;
  readonly maxHeaderListBytes: number;
}

/** What holds before a side has said anything. */
export const initialSettings: Settings = {
  headerTableBytes: defaultTableBytes,
  isPushEnabled: true,
  maxConcurrentStreams: Infinity,
  initialWindowBytes: 65_535,
  maxFrameBytes: minMaxFrameBytes,
  maxHeaderListBytes: Infinity,
};

const identifiers = {
  headerTableBytes: 0x1,
  enablePush: 0x2,
  maxConcurrentStreams: 0x3,
  initialWindowBytes: 0x4,
  maxFrameBytes: 0x5,
  maxHeaderListBytes: 0x6,
} as const;
const entryBytes = 6;

/** Largest size of a window (RFC 9113, section 6.9.1). */
export const maxWindowBytes = 0x7fff_ffff;

/** The payload of a SETTINGS frame that says what differs from the beginning. */
export function encodeSettings(settings: Settings): Uint8Array {
  const entries: [number, number][] = [];
  const add = (identifier: number, value: number, unset: number) => {
    if (value !== unset) entries.push([identifier, value]);
  };
  const unset = initialSettings;
  add(identifiers.headerTableBytes, settings.headerTableBytes, unset.headerTableBytes);
  add(identifiers.enablePush, settings.isPushEnabled ? 1 : 0, 1);
  add(identifiers.maxConcurrentStreams, settings.maxConcurrentStreams, Infinity);
  add(identifiers.initialWindowBytes, settings.initialWindowBytes, unset.initialWindowBytes);
  add(identifiers.maxFrameBytes, settings.maxFrameBytes, unset.maxFrameBytes);
  add(identifiers.maxHeaderListBytes, settings.maxHeaderListBytes, Infinity);
  const payload = new Uint8Array(entries.length * entryBytes);
  for (const [at, [identifier, value]] of entries.entries()) {
    payload[at * entryBytes + 1] = identifier;
    writeUint32(payload, at * entryBytes + 2, value);
  }
  return payload;
}

/**
 * Reads the payload of a SETTINGS frame on top of what held before. Unknown settings are ignored.
 * @param isFromServer a server cannot allow push (RFC 9113, section 6.5.2).
 * @throws ConnectionError for a value that there cannot be.
 */
export function decodeSettings(
  before: Settings,
  bytes: Uint8Array,
  start: number,
  end: number,
  isFromServer: boolean,
): Settings {
  if ((end - start) % entryBytes !== 0) {
    throw new ConnectionError(ErrorCode.frameSizeError, `SETTINGS of ${end - start} bytes`);
  }
  const found: { -readonly [K in keyof Settings]: Settings[K] } = { ...before };
  for (let at = start; at < end; at += entryBytes) {
    const identifier = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
    const value = readUint32(bytes, at + 2);
    switch (identifier) {
      case identifiers.headerTableBytes:
        found.headerTableBytes = value;
        break;
      case identifiers.enablePush:
        if (value > (isFromServer ? 0 : 1))
          throw wrong("ENABLE_PUSH", value, ErrorCode.protocolError);
        found.isPushEnabled = value === 1;
        break;
      case identifiers.maxConcurrentStreams:
        found.maxConcurrentStreams = value;
        break;
      case identifiers.initialWindowBytes:
        if (value > maxWindowBytes) {
          throw wrong("INITIAL_WINDOW_SIZE", value, ErrorCode.flowControlError);
        }
        found.initialWindowBytes = value;
        break;
      case identifiers.maxFrameBytes:
        if (value < minMaxFrameBytes || value > maxMaxFrameBytes) {
          throw wrong("MAX_FRAME_SIZE", value, ErrorCode.protocolError);
        }
        found.maxFrameBytes = value;
        break;
      case identifiers.maxHeaderListBytes:
        found.maxHeaderListBytes = value;
        break;
    }
  }
  return found;
}

function wrong(name: string, value: number, code: number): ConnectionError {
  return new ConnectionError(code, `SETTINGS_${name} of ${value}`);
}
