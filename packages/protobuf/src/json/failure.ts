import { JsonError } from "../errors.js";
import type { MessageType } from "../message/message-type.js";
import { Malformed } from "../wire/cursor.js";

export type Reason = JsonError["reason"];

/** What is wrong, on its way from where it was found to {@link guarded}; every level of nesting puts its name in front. */
class Failure {
  declare readonly detail: string;
  declare readonly offset: number;
  declare readonly reason: Reason;
  declare path: string;
  declare readonly cause: unknown;

  constructor(detail: string, offset: number, reason: Reason, path = "", cause?: unknown) {
    this.detail = detail;
    this.offset = offset;
    this.reason = reason;
    this.path = path;
    this.cause = cause;
  }
}

/** Ends the work on a message. `offset` is where in the JSON text, −1 where there is none. */
export function fail(
  detail: string,
  offset = -1,
  reason: Reason = "BOWLINE_JSON_VALUE",
  path?: string,
): never {
  throw new Failure(detail, offset, reason, path);
}

export function syntax(detail: string, offset: number): never {
  fail(detail, offset, "BOWLINE_JSON_SYNTAX");
}

export function tooMuch(detail: string, offset?: number): never {
  fail(detail, offset, "BOWLINE_JSON_LIMIT");
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

function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof Malformed) {
    return new Failure(
      error.detail,
      error.offset,
      error.limit ? "BOWLINE_JSON_LIMIT" : "BOWLINE_JSON_SYNTAX",
    );
  }
  // The binary codec and `create` name the path inside their message.
  if (error instanceof TypeError || (error as Error | undefined)?.name === "DecodeError") {
    return new Failure((error as Error).message, -1, "BOWLINE_JSON_VALUE", "", error);
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
      { reason, typeName, path: path.replace(/^\./, ""), offset: hasText ? offset : -1 },
      cause ? { cause } : {},
    );
  }
}
