import type { Socket } from "node:net";

/** What Node knows of a connection's bytes: those handed to the system, and those of them that it has not taken yet. */
interface WrittenHandle {
  readonly bytesWritten?: number;
  readonly writeQueueSize?: number;
}

interface Written {
  readonly _handle?: (WrittenHandle & { readonly _parent?: WrittenHandle }) | null;
}

/**
 * How many bytes of what was written to a socket the system has taken, with TLS those on the wire. A peer that reads makes
 * room for more, so it grows while the peer takes something; the events of a socket tell of whole writes only.
 */
export function bytesTaken(socket: Socket): number {
  const { _handle: handle } = socket as unknown as Written;
  const { bytesWritten, writeQueueSize } = handle?._parent ?? handle ?? {};
  if (bytesWritten !== undefined && writeQueueSize !== undefined) {
    return bytesWritten - writeQueueSize;
  }
  return socket.bytesWritten - socket.writableLength;
}
