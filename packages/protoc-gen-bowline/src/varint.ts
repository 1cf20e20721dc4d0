/** A length as a varint. */
export function lengthOf(n: number): Uint8Array {
  const bytes: number[] = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) + 128);
  return Uint8Array.from([...bytes, n]);
}

/** The varint at `p` and the position behind it. */
export function varintAt(b: Uint8Array, p: number): readonly [value: number, next: number] {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = b[p++]!;
    value += (byte & 127) * scale;
    if (byte < 128) return [value, p];
  }
}
