/** The text of UTF-8 bytes, by the fastest way that Node has for any `Uint8Array`. */
export function textOf(bytes) {
  return Buffer.prototype.utf8Slice.call(bytes, 0, bytes.length);
}
