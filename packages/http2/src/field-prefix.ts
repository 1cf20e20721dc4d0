import type { FieldList } from "./field.js";
import { HpackEncoder } from "./hpack-encoder.js";

/**
 * Fields that many header blocks of one connection begin with. The connection remembers how it encodes them, as long as
 * its table of fields is the same.
 */
export class FieldPrefix {
  readonly fields: FieldList;
  /** Bytes that they can take at most. */
  readonly bound: number;

  // The rest is the encoder's.

  /** What the fields are encoded as, and for which state of the table; -1 for none. */
  block: Uint8Array | undefined;
  version = -1;

  constructor(fields: FieldList) {
    this.fields = fields;
    this.bound = HpackEncoder.bound(fields);
  }
}
