import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { RequestAcceptor } from "@bowline/rpc/internal";

/**
 * Answers requests for paths that no service has, with Node's own objects, whatever HTTP version carries them. An Express
 * application is one.
 */
export type FallbackHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Who answers the requests of a server. */
export interface RequestEntry {
  readonly accept: RequestAcceptor;
  /** Called instead for targets that no service has; `undefined` where `accept` refuses those. */
  readonly fallback: FallbackHandler | undefined;
  /** Whether a service is at a request target. Asked only if there is a fallback. */
  handles(target: string): boolean;
}

/** One HTTP version on a server. It is given connections that are known to speak it. */
export interface HttpServer {
  /** Takes a connection over. */
  take(socket: Socket): void;
  /** Requests under way. */
  readonly streams: number;
  /** Lets what is under way finish, and closes each connection behind it. */
  drain(): void;
  /** Ends what is under way, now. */
  abort(): void;
  /** Releases timers, once all connections are gone. */
  close(): void;
}

/** Calls the fallback; what it throws is answered with 500 and does not leave this function. */
export function callFallback(
  fallback: FallbackHandler,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const failed = (error: unknown) => {
    console.error(`the fallback failed for ${request.method} ${request.url}:`, error);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    response.statusCode = 500;
    response.end();
  };
  try {
    const answer = fallback(request, response);
    if (answer instanceof Promise) answer.catch(failed);
  } catch (error) {
    failed(error);
  }
}
