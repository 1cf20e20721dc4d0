import { tooDeep } from "../json/failure.js";
import type { TextWriteOptions } from "./options.js";

/** The state of one encode. */
export interface Writer {
  readonly options: TextWriteOptions;
  text: string;
  /** What a level of nesting adds in front of a line. */
  readonly unit: string;
  /** What is in front of a line. */
  start: string;
  /** What ends a field. */
  readonly end: string;
  /** Levels of nesting that are left. */
  depth: number;
}

/** Writes a field with a scalar value. */
export function writeLine(w: Writer, name: string | number, value: string): void {
  w.text += `${w.start}${name}: ${value}${w.end}`;
}

/** Writes a field whose value is a message. */
export function writeBlock(w: Writer, name: string | number, fields: () => void): void {
  if (--w.depth < 0) tooDeep();
  const { start } = w;
  w.text += `${start}${name} {${w.end}`;
  w.start += w.unit;
  fields();
  w.start = start;
  w.depth++;
  w.text += `${start}}${w.end}`;
}
