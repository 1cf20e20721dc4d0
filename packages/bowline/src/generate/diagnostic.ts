import { readFileSync } from "node:fs";
import { relative, resolve } from "node:path";
import { renderExcerpt } from "./excerpt.js";

/** An error of buf in a `.proto` file, as `--error-format=json` writes it. Columns count bytes. */
interface BufError {
  readonly path: string;
  readonly start_line: number;
  readonly start_column: number;
  readonly end_line?: number;
  readonly end_column?: number;
  readonly message: string;
}

/** Turns lines of buf's output into text for a person. */
export interface DiagnosticReader {
  /** The text for one line of output, its line feed included. */
  read(line: string): string;
}

/**
 * Creates a reader for the output of a buf that ran in `cwd`. Errors in files become
 * `file:line:column: message` with the source line and a caret, their paths relative to `display`;
 * every other line stays, with `invocation` (how the plugin was called) shown as the plugin's name.
 */
export function createDiagnosticReader(
  cwd: string,
  display: string,
  invocation: string,
): DiagnosticReader {
  const files = new Map<string, readonly Uint8Array[]>();
  return {
    read(line) {
      const error = parseError(line);
      if (error === undefined) {
        return `${line.replaceAll(invocation, "protoc-gen-bowline").replace(/^Failure: /, "error: ")}\n`;
      }
      const file = resolve(cwd, error.path);
      const lines = files.get(file) ?? readLines(file);
      files.set(file, lines);
      return render(error, relative(display, file) || error.path, lines[error.start_line - 1]);
    },
  };
}

function render(error: BufError, path: string, source: Uint8Array | undefined): string {
  const start = error.start_column - 1;
  const column = source === undefined ? start : textLength(source, 0, start);
  const end = error.end_line === error.start_line ? (error.end_column ?? 0) - 1 : start;
  const length = source === undefined ? 1 : textLength(source, start, end);
  return renderExcerpt(
    { path, line: error.start_line, column: column + 1, length: Math.max(1, length) },
    error.message,
    source === undefined ? undefined : new TextDecoder().decode(source),
  );
}

function textLength(bytes: Uint8Array, start: number, end: number): number {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start, end)).length;
}

function parseError(line: string): BufError | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value = JSON.parse(line) as Partial<BufError> | null;
    const complete =
      typeof value?.path === "string" &&
      typeof value.message === "string" &&
      Number.isInteger(value.start_line) &&
      Number.isInteger(value.start_column);
    return complete ? (value as BufError) : undefined;
  } catch {
    return undefined;
  }
}

/** The lines of a file as bytes, without line ends; none if it cannot be read. */
function readLines(file: string): Uint8Array[] {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch {
    return [];
  }
  const lines: Uint8Array[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    lines.push(bytes.subarray(start, bytes[end - 1] === 0x0d && end > start ? end - 1 : end));
    start = end + 1;
  }
  return lines;
}
