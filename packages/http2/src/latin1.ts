/** Header fields are octets; a string holds one in each character. */

interface NodeBuffer {
  readonly Buffer?: {
    readonly prototype: {
      latin1Slice?(this: Uint8Array, start: number, end: number): string;
    };
  };
}

/** Node's own conversion, which is faster than any loop from about this length on. */
const nativeSlice = (globalThis as NodeBuffer).Buffer?.prototype.latin1Slice;
const nativeFrom = 24;

/** The octets `bytes[start, end)` as a string of as many characters. */
export function readLatin1(bytes: Uint8Array, start: number, end: number): string {
  if (nativeSlice !== undefined && end - start >= nativeFrom) {
    return nativeSlice.call(bytes, start, end);
  }
  let text = "";
  let at = start;
  for (; end - at >= 8; at += 8) text += eight(bytes, at);
  if ((end - at) & 4) {
    text += four(bytes, at);
    at += 4;
  }
  if ((end - at) & 2) {
    text += String.fromCharCode(bytes[at] as number, bytes[at + 1] as number);
    at += 2;
  }
  return at < end ? text + String.fromCharCode(bytes[at] as number) : text;
}

function eight(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(
    bytes[at] as number,
    bytes[at + 1] as number,
    bytes[at + 2] as number,
    bytes[at + 3] as number,
    bytes[at + 4] as number,
    bytes[at + 5] as number,
    bytes[at + 6] as number,
    bytes[at + 7] as number,
  );
}

function four(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(
    bytes[at] as number,
    bytes[at + 1] as number,
    bytes[at + 2] as number,
    bytes[at + 3] as number,
  );
}

/** Writes a string of octets; returns where it ends. */
export function writeLatin1(text: string, buffer: Uint8Array, at: number): number {
  const { length } = text;
  for (let i = 0; i < length; i++) buffer[at + i] = text.charCodeAt(i);
  return at + length;
}
