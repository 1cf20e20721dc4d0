import { DecodeError, TextError } from "../errors.js";
import { toFailure } from "../json/failure.js";
import type { MessageType } from "../message/message-type.js";

/** Text, and how far it was read. */
interface Place {
  readonly text: string;
  readonly p: number;
}

/** Turns failures into errors that callers see. `place`: where reading stands, nothing while a message is written. */
export function guarded<T>({ typeName }: MessageType, place: Place | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    // With a raised limit the stack may be full before it is reached.
    const full = error instanceof RangeError && error.message.includes("call stack");
    const failure = full ? undefined : toFailure(error);
    // A limit that was passed in what an `Any` or an extension holds.
    const isLimit =
      full || (DecodeError.is(failure?.cause) && failure.cause.reason === "BOWLINE_DECODE_LIMIT");
    const offset = failure === undefined || failure.offset < 0 ? place?.p : failure.offset;
    throw new TextError(
      failure?.detail ?? "nested deeper than the stack holds: lower limits.depth",
      {
        reason: `BOWLINE_TEXT_${isLimit ? "LIMIT" : failure!.reason}`,
        typeName,
        path: failure?.path.replace(/^\./, "") ?? "",
        ...position(place?.text, offset),
      },
      failure?.cause ? { cause: failure.cause } : {},
    );
  }
}

function position(
  text: string | undefined,
  offset: number | undefined,
): { line: number; column: number } {
  if (text === undefined || offset === undefined) return { line: 0, column: 0 };
  let line = 1;
  let start = 0;
  for (let i = text.indexOf("\n"); i >= 0 && i < offset; i = text.indexOf("\n", start)) {
    line++;
    start = i + 1;
  }
  return { line, column: offset - start + 1 };
}
