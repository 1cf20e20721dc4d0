import { isSendable, Metadata } from "../metadata.js";
import type { RpcError } from "../rpc-error.js";

/**
 * The headers or trailers that go with an error: the handler's, and the error's own. Metadata that came from another
 * server is that server's word to this one, not to our caller.
 */
export function sentWith(
  sent: Metadata | undefined,
  error: RpcError,
  part: "headers" | "trailers",
): Metadata | undefined {
  const own = error.origin === "local" ? error[part] : undefined;
  if (own === undefined) return sent;
  const all = new Metadata(sent);
  for (const [name, value] of own) if (isSendable(name, value)) all.append(name, value);
  return all;
}
