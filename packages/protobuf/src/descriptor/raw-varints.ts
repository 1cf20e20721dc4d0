import { cursor } from "../wire/cursor.js";
import { packedInt32 } from "../wire/read-packed.js";
import { end, int32, tag } from "../wire/read-varint.js";
import { skip } from "../wire/unknown.js";

/** All values of a repeated `int32` field of a serialized message, packed or not. */
export function varintsOf(b: Uint8Array, number: number): number[] {
  const list: number[] = [];
  cursor.memory = cursor.unknown = 0x40000000;
  for (let p = 0; p < b.length; ) {
    let t = b[p++]!;
    if (t > 127) {
      t = tag(b, p, t);
      p = cursor.p;
    }
    const next = skip(b, p, b.length, t, 100);
    if (t === number << 3) list.push(int32(b, p, next));
    if (t === ((number << 3) | 2)) {
      const z = end(b, p, next);
      packedInt32(b, cursor.p, z, list);
    }
    p = next;
  }
  return list;
}
