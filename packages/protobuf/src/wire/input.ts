/** The input of the decode that is under way, seen in ways that cost as much to prepare as a dozen values cost to read. */
interface Input {
  /** What `view` is of; nothing before many values of its kind were read. */
  bytes: Uint8Array | undefined;
  view: DataView;
  buffer: ArrayBufferLike;
  offset: number;
  /** How many more of the values are read without. */
  left: number;
}

const none = /*@__PURE__*/ new ArrayBuffer(0);
const noView = /*@__PURE__*/ new DataView(none);
const closed = 0x3fffffff;

export const input: Input = {
  bytes: undefined,
  view: noView,
  buffer: none,
  offset: 0,
  left: closed,
};

/** Begins a decode that ends with {@link closeInput}. */
export function beginInput(): void {
  input.left = 8;
}

/** Whether `b` is open: after some values that ask for it, it is. */
export function isOpen(b: Uint8Array): boolean {
  return input.bytes === b || (input.left-- < 0 && openInput(b));
}

export function openInput(b: Uint8Array): boolean {
  input.bytes = b;
  input.buffer = b.buffer;
  input.offset = b.byteOffset;
  input.view = new DataView(b.buffer, b.byteOffset, b.length);
  return true;
}

/** Lets go of the last input, so that it is not kept alive. */
export function closeInput(): void {
  input.left = closed;
  if (input.bytes === undefined) return;
  input.bytes = undefined;
  input.buffer = none;
  input.view = noView;
}
