import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket, type TlsOptions } from "node:tls";
import type { HttpServer } from "./http-server.js";
import { detectHttpVersion } from "./http2/preface.js";
import { peerOf } from "./peer.js";
import type { TransportLimits } from "./server-limits.js";

/** The connections of a server, over all listeners: counted, told apart by HTTP version, and handed on. */
export class Connections {
  readonly #http1: HttpServer;
  readonly #http2: HttpServer;
  readonly #limits: TransportLimits;
  readonly #open = new Set<Socket>();
  /** Those that have not said yet what they speak. */
  readonly #undecided = new Set<Socket>();
  #draining = false;
  #emptied: (() => void) | undefined;

  constructor(http1: HttpServer, http2: HttpServer, limits: TransportLimits) {
    this.#http1 = http1;
    this.#http2 = http2;
    this.#limits = limits;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Requests under way. */
  get streams(): number {
    return this.#http1.streams + this.#http2.streams;
  }

  /** Makes the server of a listener; it is not listening yet. */
  createServer(tls: TlsOptions | undefined): Server {
    const options = { allowHalfOpen: true, noDelay: true };
    if (tls === undefined) return createServer(options, (socket) => this.take(socket));
    const handshaking = new Map<string, Socket>();
    const secure = createTlsServer(tls, (socket) => {
      const raw = handshaking.get(endpointsOf(socket));
      if (raw !== undefined) this.#undecided.delete(raw);
      this.#takeSecure(socket);
    });
    secure.on("tlsClientError", (_, socket) => socket.destroy());
    return createServer({ noDelay: true }, (socket) => {
      if (!this.#admit(socket)) return;
      const endpoints = endpointsOf(socket);
      handshaking.set(endpoints, socket);
      socket.on("close", () => {
        if (handshaking.get(endpoints) === socket) handshaking.delete(endpoints);
      });
      secure.emit("connection", socket);
    });
  }

  /** Takes a connection: cleartext, or one whose TLS handshake is over. */
  take(socket: Socket): void {
    if (!this.#admit(socket)) return;
    const { alpnProtocol } = socket as Partial<TLSSocket>;
    if (typeof alpnProtocol === "string") this.#handOn(socket, alpnProtocol === "h2");
    else this.#detect(socket);
  }

  /** Closes what is idle, lets the rest finish. Resolves when all connections are closed. */
  async drain(): Promise<void> {
    this.#draining = true;
    for (const socket of this.#undecided) socket.destroy();
    this.#http1.drain();
    this.#http2.drain();
    if (this.#open.size > 0) {
      await new Promise<void>((resolve) => {
        this.#emptied = resolve;
      });
    }
    this.#http1.close();
    this.#http2.close();
  }

  /** Ends every connection. */
  abort(): void {
    this.#http1.abort();
    this.#http2.abort();
    setImmediate(() => {
      for (const socket of this.#open) socket.destroy();
    });
  }

  /** Counts a connection, unless there are too many. */
  #admit(socket: Socket): boolean {
    socket.on("error", ignore);
    if (this.#open.size >= this.#limits.connections || this.#draining) {
      socket.destroy();
      return false;
    }
    this.#open.add(socket);
    this.#undecided.add(socket);
    socket.on("close", () => {
      this.#open.delete(socket);
      this.#undecided.delete(socket);
      if (this.#open.size === 0) this.#emptied?.();
    });
    return true;
  }

  #takeSecure(socket: TLSSocket): void {
    socket.on("error", ignore);
    if (this.#draining) socket.destroy();
    else this.#handOn(socket, socket.alpnProtocol === "h2");
  }

  #detect(socket: Socket): void {
    detectHttpVersion(socket, this.#limits.headersTimeoutMs, (version) =>
      this.#handOn(socket, version === "2"),
    );
  }

  #handOn(socket: Socket, isHttp2: boolean): void {
    this.#undecided.delete(socket);
    if (socket.destroyed) return;
    peerOf(socket);
    (isHttp2 ? this.#http2 : this.#http1).take(socket);
  }
}

/** Names a TCP connection: the same for its socket and for the one that does TLS on it. */
function endpointsOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}

function ignore(): void {}
