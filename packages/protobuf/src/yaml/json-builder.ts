import { tooMuch } from "../json/failure.js";
import { utf8Length } from "../wire/platform.js";

/** JSON that is put together from YAML, and where in the YAML its pieces come from. */
export interface JsonBuilder {
  json: string;
  /** Its length in UTF-8, in which errors of the JSON reader count. */
  length: number;
  /** Where in the JSON pieces begin, ascending, and where in the YAML. */
  readonly starts: number[];
  readonly offsets: number[];
  /** Where the outermost alias that is being replaced stands, −1 outside of them. */
  alias: number;
  /** How much aliases may still repeat. */
  repeats: number;
}

export function createBuilder(repeats: number): JsonBuilder {
  return { json: "", length: 0, starts: [], offsets: [], alias: -1, repeats };
}

/** What a repeated piece of JSON counts beside its length. */
const pieceMemory = 64;

/** Adds a piece of JSON that comes from `offset` in the YAML. */
export function add(builder: JsonBuilder, piece: string, offset: number): void {
  const { alias } = builder;
  const bytes = utf8Length(piece);
  if (alias >= 0 && (builder.repeats -= pieceMemory + bytes) < 0)
    tooMuch("aliases repeat more than allowed (limits.elementMemoryBytes)", alias);
  const origin = alias < 0 ? offset : alias;
  if (builder.offsets.at(-1) !== origin) {
    builder.starts.push(builder.length);
    builder.offsets.push(origin);
  }
  builder.json += piece;
  builder.length += bytes;
}

/** Where in the YAML the JSON at a byte offset comes from. */
export function originOf({ starts, offsets }: JsonBuilder, offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle + 1;
    else high = middle;
  }
  return offsets[low - 1] ?? 0;
}
