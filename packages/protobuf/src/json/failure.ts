import { JsonError } from "../errors.js";
import type { MessageType } from "../message/message-type.js";
import { Malformed } from "../wire/cursor.js";

/** What kind of wrong: the end of the reasons of `JsonError` and `TextError`. */
export type Problem = "SYNTAX" | "VALUE" | "LIMIT" | "REQUIRED";

/** What is wrong, on its way from where it was found to {@link guarded}; every level of nesting puts its name in front. */
class Failure {
  declare readonly detail: string;
  declare readonly offset: number;
  declare readonly reason: Problem;
  declare path: string;
  declare readonly cause: unknown;

  constructor(detail: string, offset: number, reason: Problem, path = "", cause?: unknown) {
    this.detail = detail;
    this.offset = offset;
    this.reason = reason;
    this.path = path;
    this.cause = cause;
  }
}

/** Ends the work on a message. `offset` is where in the text, −1 where there is none. */
export function fail(detail: string, offset = -1, reason: Problem = "VALUE", path?: string): never {
  throw new Failure(detail, offset, reason, path);
}

export function syntax(detail: string, offset: number): never {
  fail(detail, offset, "SYNTAX");
}

export function tooMuch(detail: string, offset?: number): never {
  fail(detail, offset, "LIMIT");
}

export function tooDeep(offset?: number): never {
  tooMuch("nested deeper than the limit (limits.depth)", offset);
}

/** Passes an error on from inside the field, element or entry that `segment` names. */
export function inside(error: unknown, segment: string): never {
  const failure = toFailure(error);
  failure.path = segment + failure.path;
  throw failure;
}

/** What a codec's error means for the message as a whole; foreign errors go on. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof Malformed) {
    return new Failure(error.detail, error.offset, error.limit ? "LIMIT" : "SYNTAX");
  }
  // The binary codec and `create` name the path inside their message.
  if (error instanceof TypeError || (error as Error | undefined)?.name === "DecodeError") {
    return new Failure((error as Error).message, -1, "VALUE", "", error);
  }
  throw error;
}

/** A name, quoted and cut, for messages and paths. */
export function quoted(name: unknown): string {
  return JSON.stringify(String(name).slice(0, 80));
}

/** Turns failures into errors that callers see. `hasText`: whether offsets mean something to them. */
export function guarded<T>({ typeName }: MessageType, hasText: boolean, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const { detail, offset, reason, path, cause } = toFailure(error);
    throw new JsonError(
      detail,
      {
        reason: `BOWLINE_JSON_${reason}`,
        typeName,
        path: path.replace(/^\./, ""),
        offset: hasText ? offset : -1,
      },
      cause ? { cause } : {},
    );
  }
}
