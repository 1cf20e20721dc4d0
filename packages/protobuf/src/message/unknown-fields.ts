import { DecodeError } from "../errors.js";
import { cursor, Malformed } from "../wire/cursor.js";
import { tag } from "../wire/read-varint.js";
import { skip } from "../wire/unknown.js";
import { isBytes } from "../wire/write-scalar.js";
import { type AnyMessage, typeOfMessage, unknownSymbol } from "./codec.js";

/** A field that is in a message but not in its schema. Extensions are kept as unknown fields, too. */
export interface UnknownField {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 3 group, 5 four bytes. */
  readonly wireType: number;
  /** The value: without its length if it is length-delimited, without the end tag if it is a group. */
  readonly data: Uint8Array;
  /** The whole field as it was read, tag and length included. */
  readonly bytes: Uint8Array;
}

/** Groups in unknown fields were bounded when they were decoded; this bounds those that were set by hand. */
const maxDepth = 1000;

/**
 * The unknown fields of a message, in the order they were read. The bytes share the memory of the decoded input.
 * Spread copies keep unknown fields, init literals have none.
 * @throws DecodeError if bytes that were put there by hand are not fields.
 */
export function unknownFields(message: object): readonly UnknownField[] {
  const fields: UnknownField[] = [];
  for (const run of (message as AnyMessage)[unknownSymbol] ?? []) parseFields(message, run, fields);
  return fields;
}

/**
 * Replaces the unknown fields of a message; an empty list removes them. Takes what {@link unknownFields} gives, or
 * anything with the `bytes` of one or more whole fields. The bytes are taken over, not copied.
 * @throws DecodeError, with the message unchanged, if `bytes` are not fields.
 */
export function setUnknownFields(
  message: object,
  fields: Iterable<Pick<UnknownField, "bytes">>,
): void {
  const runs: Uint8Array[] = [];
  for (const { bytes } of fields) {
    if (!isBytes(bytes))
      throw new TypeError("an unknown field has the Uint8Array of the whole field in `bytes`");
    const run = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    parseFields(message, run, []);
    if (run.length > 0) runs.push(run);
  }
  setRuns(message, runs);
}

/** Sets the unknown runs of a message; a message without any does not have the key. */
export function setRuns(message: object, runs: Uint8Array[]): void {
  if (runs.length > 0) (message as AnyMessage)[unknownSymbol] = runs;
  else delete (message as AnyMessage)[unknownSymbol];
}

/** Adds the fields of a run to `into`. */
export function parseFields(message: object, run: Uint8Array, into: UnknownField[]): void {
  const { memory, unknown } = cursor;
  cursor.memory = cursor.unknown = 0x40000000;
  try {
    for (let p = 0; p < run.length; ) p = parseField(run, p, into);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new DecodeError(`unknown fields: ${error.detail}`, {
      reason: error.limit ? "BOWLINE_DECODE_LIMIT" : "BOWLINE_DECODE_MALFORMED",
      typeName: typeOfMessage(message)?.typeName ?? "a message",
      path: "",
      offset: error.offset,
    });
  } finally {
    cursor.memory = memory;
    cursor.unknown = unknown;
  }
}

function parseField(run: Uint8Array, start: number, into: UnknownField[]): number {
  const t = tagAt(run, start);
  let p = cursor.p;
  const end = skip(run, p, run.length, t, maxDepth);
  const wireType = t & 7;
  const valueEnd = wireType === 3 ? groupEnd(run, p) : end;
  if (wireType === 2) while (run[p++]! > 127);
  into.push({
    number: t >>> 3,
    wireType,
    data: run.subarray(p, valueEnd),
    bytes: run.subarray(start, end),
  });
  return end;
}

/** Reads the tag at `p`; the position behind it is left in the cursor. */
function tagAt(run: Uint8Array, p: number): number {
  const t = run[p++]!;
  cursor.p = p;
  return t > 127 ? tag(run, p, t) : t;
}

/** Where the end tag of a group begins, whose fields begin at `p`. The whole group has been skipped before. */
function groupEnd(run: Uint8Array, p: number): number {
  for (;;) {
    const t = tagAt(run, p);
    if ((t & 7) === 4) return p;
    p = skip(run, cursor.p, run.length, t, maxDepth);
  }
}
