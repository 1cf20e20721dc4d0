import type { IncomingMessage } from "node:http";
import { RpcError } from "@bowline/rpc";

/**
 * The error of a request whose body somebody else read; `undefined` if it is all there.
 * @param advice what to do, by the name of the parser that seems to have been it.
 */
export function bodyTaken(
  request: IncomingMessage,
  advice: (parser: string) => string,
): RpcError | undefined {
  if (!request.readableDidRead && request.readableEncoding === null) return undefined;
  const parser = parserOf(request);
  return new RpcError(
    "internal",
    `the body of this request was read before it came to its service, by ${parser ?? "a middleware"}. ${advice(parser ?? "that middleware")}`,
    { reason: "BOWLINE_BODY_TAKEN" },
  );
}

/** Which of Express's parsers leaves such a body. */
function parserOf({ body }: IncomingMessage & { readonly body?: unknown }): string | undefined {
  if (body === undefined || body === null) return undefined;
  if (body instanceof Uint8Array) return "express.raw()";
  return typeof body === "string" ? "express.text()" : "express.json()";
}
