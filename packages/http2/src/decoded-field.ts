import { fieldOverhead, staticCount, staticNames, staticValues } from "./hpack-table.js";
import { readLatin1 } from "./latin1.js";

const noBytes: Uint8Array = new Uint8Array(0);

/**
 * A field as a decoder found it. Most values that change from message to message are never looked at, so a value stays
 * octets until somebody asks for its text.
 */
export class DecodedField {
  readonly name: string;
  /** What the field takes in a table, or of a header list. */
  readonly size: number;
  #text: string | undefined;
  /** The value is `#bytes[#start, #end)`, which nothing writes to, while it has no text. */
  #bytes: Uint8Array;
  readonly #start: number;
  readonly #end: number;

  /** @param text the value; `undefined` if it is `bytes[start, end)`. */
  constructor(
    name: string,
    octets: number,
    text: string | undefined,
    bytes: Uint8Array = noBytes,
    start = 0,
    end = 0,
  ) {
    this.name = name;
    this.size = octets + fieldOverhead;
    this.#text = text;
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end;
  }

  get value(): string {
    return this.#text ?? this.#read();
  }

  /** Makes the text now, so that the memory that the octets are in need not stay. */
  keep(): void {
    if (this.#text === undefined) this.#read();
  }

  #read(): string {
    const text = readLatin1(this.#bytes, this.#start, this.#end);
    this.#text = text;
    // Other values share the memory; this one needs it no more.
    this.#bytes = noBytes;
    return text;
  }
}

/** The fields of the static table (RFC 7541, Appendix A). */
export const staticFields: readonly DecodedField[] = Array.from(
  { length: staticCount },
  (_, at) => {
    const name = staticNames[at] as string;
    const value = staticValues[at] as string;
    return new DecodedField(name, name.length + value.length, value);
  },
);
