import { cursor } from "../wire/cursor.js";
import { string } from "../wire/read-string.js";
import { end, tag, varint64 } from "../wire/read-varint.js";
import { skip } from "../wire/unknown.js";

/** Descriptors come with the program or from its own tools, so they may be large: 1 GiB. */
const ownBudget = 0x40000000;

/**
 * A message read without a schema, field number by field number. Descriptors are read through this: it needs no
 * generated code, which itself needs descriptors.
 */
export class Raw {
  readonly #fields = new Map<number, (number | Uint8Array)[]>();

  /** `bytes` has to be well-formed; groups and fixed-width fields, which descriptors have in options only, are left out. */
  constructor(bytes: Uint8Array) {
    const b = bytes;
    const e = b.length;
    cursor.memory = cursor.unknown = ownBudget;
    for (let p = 0; p < e; ) {
      let t = b[p++]!;
      if (t > 127) {
        t = tag(b, p, t);
        p = cursor.p;
      }
      const start = p;
      p = skip(b, p, e, t, 100);
      this.#add(t, b, start, p);
    }
  }

  #add(t: number, b: Uint8Array, p: number, e: number): void {
    if ((t & 7) !== 0 && (t & 7) !== 2) return;
    const a = b[p]!;
    const z = (t & 7) === 2 ? end(b, p, e) : e;
    const value = (t & 7) === 2 ? b.subarray(cursor.p, z) : a > 127 ? varint64(b, p + 1, a) : a;
    const values = this.#fields.get(t >>> 3);
    if (values === undefined) this.#fields.set(t >>> 3, [value]);
    else values.push(value);
  }

  /** Whether the field occurs. */
  has(number: number): boolean {
    return this.#fields.has(number);
  }

  /** A varint field's low 32 bits, signed; the last one counts. */
  int(number: number, otherwise = 0): number {
    const value = this.#fields.get(number)?.at(-1);
    return typeof value === "number" ? value : otherwise;
  }

  bool(number: number): boolean {
    return this.int(number) !== 0;
  }

  bytes(number: number): Uint8Array | undefined {
    const value = this.#fields.get(number)?.at(-1);
    return value instanceof Uint8Array ? value : undefined;
  }

  string(number: number): string {
    const b = this.bytes(number);
    return b === undefined ? "" : textOf(b);
  }

  /** All values of a length-delimited field. */
  all(number: number): Uint8Array[] {
    return (this.#fields.get(number) ?? []).filter((value) => value instanceof Uint8Array);
  }

  /** All values of a field of strings. */
  strings(number: number): string[] {
    return this.all(number).map(textOf);
  }

  /** A field of messages. */
  messages(number: number): Raw[] {
    return this.all(number).map((b) => new Raw(b));
  }

  /** A singular message, empty if it is not there; fragments are merged. */
  message(number: number): Raw {
    return new Raw(concat(this.all(number)));
  }
}

/** The arrays behind one another. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function textOf(b: Uint8Array): string {
  return string(b, 0, b.length);
}
