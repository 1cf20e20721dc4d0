import { connect, createServer, type Socket } from "node:net";

/** Bytes that passed a tap. */
export interface WirePiece {
  readonly direction: "request" | "response";
  readonly bytes: Uint8Array;
}

/** A port that passes everything on to a server, and keeps what it saw. */
export interface WireTap extends AsyncDisposable {
  /** Call this in place of the server. */
  readonly url: string;
  /** What has passed, in order. */
  readonly pieces: readonly WirePiece[];
}

/** Listens on a free port of this machine for one server. */
export async function tapServer(serverPort: number): Promise<WireTap> {
  const pieces: WirePiece[] = [];
  const sockets = new Set<Socket>();
  const tap = createServer({ noDelay: true }, (client) => {
    const server = connect({ port: serverPort, host: "127.0.0.1", noDelay: true });
    pass(client, server, "request");
    pass(server, client, "response");
  });
  const pass = (from: Socket, to: Socket, direction: WirePiece["direction"]) => {
    sockets.add(from);
    from.on("data", (bytes: Uint8Array) => pieces.push({ direction, bytes }));
    // Whoever goes takes the other side along.
    from.on("close", () => to.destroy());
    from.on("error", () => {});
    from.pipe(to);
  };
  await new Promise<void>((resolve) => tap.listen(0, "127.0.0.1", resolve));
  const { port } = tap.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    pieces,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => tap.close(resolve));
    },
  };
}
