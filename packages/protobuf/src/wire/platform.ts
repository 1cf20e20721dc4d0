/**
 * What the platform does natively, looked up once and without an import of `node:` modules, so that the same code runs
 * in browsers and Workers.
 */
interface NativeBuffer {
  readonly utf8Slice: (this: Uint8Array, start: number, end: number) => string;
  readonly utf8Write: (this: Uint8Array, text: string, start: number, length?: number) => number;
}

interface Platform {
  readonly Buffer?: {
    readonly prototype: NativeBuffer;
    byteLength(text: string): number;
    allocUnsafeSlow(bytes: number): Uint8Array;
  };
  readonly process?: { readonly versions?: { readonly node?: string } };
}

const platform = globalThis as unknown as Platform;
const version = platform.process?.versions?.node;
const native = version === undefined ? undefined : platform.Buffer;

/** Node's `Buffer.prototype.utf8Slice` and `utf8Write` (Bun and Deno have them too), or `undefined`. */
export const utf8Slice: NativeBuffer["utf8Slice"] | undefined = native?.prototype.utf8Slice;
export const utf8Write: NativeBuffer["utf8Write"] | undefined = native?.prototype.utf8Write;

/**
 * Memory of its own that is not cleared, for callers that write every byte. Clearing a megabyte costs as much as
 * encoding it.
 */
export function allocate(bytes: number): Uint8Array {
  return native === undefined
    ? new Uint8Array(bytes)
    : new Uint8Array(native.allocUnsafeSlow(bytes).buffer);
}

/** The UTF-8 length of a string. */
export function utf8Length(text: string): number {
  return native?.byteLength(text) ?? new TextEncoder().encode(text).length;
}

/**
 * Up to this length a loop over the characters beats a native write of an ASCII string. Measured: 40 on Node 20, 12 on
 * Node 24 and later, whose native write is cheaper.
 */
export const asciiLoop: number = Number.parseInt(version ?? "20", 10) < 22 ? 40 : 12;
