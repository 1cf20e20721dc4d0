import { DecodeError, TextError } from "../errors.js";
import { toFailure } from "../json/failure.js";
import type { MessageType } from "../message/message-type.js";
import { positionAt } from "./position.js";

/** Text, and how far it was read. */
interface Place {
  readonly text: string;
  readonly p: number;
}

/** Turns failures into errors that callers see. `place`: where reading stands, nothing while a message is written. */
export function guarded<T>(
  { typeName }: Pick<MessageType, "typeName">,
  place: Place | undefined,
  work: () => T,
): T {
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
        ...(place === undefined ? { line: 0, column: 0 } : positionAt(place.text, offset ?? 0)),
      },
      failure?.cause ? { cause: failure.cause } : {},
    );
  }
}
