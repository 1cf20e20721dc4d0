const utf8 = /*@__PURE__*/ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const deepestGroups = 100;

/**
 * Reads the fields of a message in the binary format one by one, for the one message that a protocol itself needs: the
 * generated codec would be most of a small client. It does not throw: after something malformed `failed` is set,
 * and `next` says that there is nothing more.
 */
export class WireReader {
  failed = false;
  /** Field number and wire type of the field that `next` found. */
  tag = 0;
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Moves to the next field, behind its tag; false at the end. Its value has to be read or skipped. */
  next(): boolean {
    if (this.failed || this.#at === this.#bytes.length) return false;
    this.tag = this.#varint();
    if (this.tag >>> 3 === 0) this.fail();
    return !this.failed;
  }

  fail(): void {
    this.failed = true;
  }

  /** The value of a varint field, its lower 32 bits. */
  int32(): number {
    return this.#varint() | 0;
  }

  /** The value of a length-delimited field, in place. */
  bytes(): Uint8Array {
    const length = this.#varint() >>> 0;
    const start = this.#at;
    this.#advance(length);
    return this.failed ? new Uint8Array() : this.#bytes.subarray(start, start + length);
  }

  /** The value of a string field. */
  text(): string {
    try {
      return utf8.decode(this.bytes());
    } catch {
      this.fail();
      return "";
    }
  }

  /** Passes over the value of the field, a group with all that is in it. */
  skip(): void {
    const open: number[] = [];
    this.#skipOne(open);
    while (open.length > 0 && !this.failed) {
      if (this.next()) this.#skipOne(open);
      else this.fail();
    }
  }

  #skipOne(open: number[]): void {
    const number = this.tag >>> 3;
    const wireType = this.tag & 7;
    if (wireType === 0) this.#varint();
    else if (wireType === 1) this.#advance(8);
    else if (wireType === 2) this.#advance(this.#varint() >>> 0);
    else if (wireType === 5) this.#advance(4);
    else if (wireType === 3 && open.length < deepestGroups) open.push(number);
    else if (wireType !== 4 || open.pop() !== number) this.fail();
  }

  #advance(length: number): void {
    if (length > this.#bytes.length - this.#at) this.fail();
    else this.#at += length;
  }

  /** A varint of at most ten bytes, its lower 32 bits. */
  #varint(): number {
    let value = 0;
    for (let i = 0; i < 10 && this.#at < this.#bytes.length; i++) {
      const byte = this.#bytes[this.#at++] as number;
      if (i < 5) value |= (byte & 0x7f) << (7 * i);
      if (byte < 0x80) return value;
    }
    this.fail();
    return 0;
  }
}
