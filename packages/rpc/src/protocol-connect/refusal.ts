import type { RpcError } from "../rpc-error.js";
import type { ServerStream } from "../transport/server-stream.js";
import { encodeError } from "./error.js";
import { statusFromCode } from "./http-status.js";

/** Answers with an error in Connect's JSON form. `status` where it is not the code's own; `fields` to add. */
export function respondWithError(
  stream: ServerStream,
  error: RpcError,
  fields: readonly string[] = [],
  status: number = statusFromCode(error.code),
): void {
  stream.body.clear();
  stream.body.append(encodeError(error));
  stream.respond(status, ["content-type", "application/json", ...fields]);
}

/**
 * Answers what is no call of any protocol, by its method or content type: with a status and a text for readers. An error
 * in Connect's JSON would claim that the call was understood; callers derive the code from the status instead.
 */
export function respondWithText(
  stream: ServerStream,
  status: number,
  text: string,
  fields: readonly string[] = [],
): undefined {
  stream.body.clear();
  stream.body.append(new TextEncoder().encode(`${text}\n`));
  stream.respond(status, ["content-type", "text/plain; charset=utf-8", ...fields]);
}
