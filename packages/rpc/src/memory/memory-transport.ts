import type { ClientTransport } from "../transport/client-stream.js";
import type { RequestAcceptor } from "../transport/server-stream.js";
import { MemoryClientStream, type MemoryConnection, type MemoryLimits } from "./memory-exchange.js";
import { Turns } from "./turn.js";

/**
 * A transport whose server is in the same process: streams as HTTP/2 has them, trailers and backpressure included,
 * without a socket. Nothing is delivered inside a call; what is sent in one turn arrives in the next. Bytes are copied on
 * the way.
 */
export function createMemoryTransport(
  accept: RequestAcceptor,
  limits: MemoryLimits,
): ClientTransport {
  const open = new Set<MemoryClientStream>();
  const turns = new Turns();
  let isClosed = false;
  const connection: MemoryConnection = {
    accept,
    turns,
    limits,
    open,
    get isClosed() {
      return isClosed;
    },
  };
  return {
    authority: "memory",
    httpVersion: "2",
    open: (head, receiver) => new MemoryClientStream(connection, head, receiver),
    close: () => {
      isClosed = true;
      for (const stream of [...open]) stream.close();
    },
  };
}
