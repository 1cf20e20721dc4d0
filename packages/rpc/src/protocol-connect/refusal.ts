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
