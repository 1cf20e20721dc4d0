import { RpcError } from "./rpc-error.js";
import type { Method } from "./service-type.js";

/** The refusal of a method that this version can neither call nor serve. */
export function streamingUnsupported(method: Method): RpcError {
  const kind = method.kind.replace("_", "-");
  return new RpcError(
    "unimplemented",
    `${method.path} is a ${kind} method, and this version of @bowline/rpc carries unary methods only; use a unary method`,
    { reason: "BOWLINE_STREAMING_UNSUPPORTED" },
  );
}
