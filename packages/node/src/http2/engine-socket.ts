import type { Socket } from "node:net";
import type { ConnectionHost } from "@bowline/http2";
import { bytesTaken } from "./bytes-taken.js";
import { closeBehind } from "./close-behind.js";
import { readIntoSharedMemory } from "./shared-read.js";
import { type ConnectionTrace, traceOf } from "./trace.js";

/** Bytes that a socket may hold before content waits in its streams. */
const comfortableBytes = 262_144;
/** Bytes past which nothing more is read: the peer asks for answers that it does not take. */
const mostBytes = 1_048_576;
/** What is done later is done so much later. */
const laterMs = 10;

const settled = Promise.resolve();

/** The engine's connection on a socket, as far as the socket is concerned. */
export interface SocketConnection {
  receive(bytes: Uint8Array, isLent?: boolean): void;
  flush(): void;
  drained(): void;
  disconnected(): void;
}

/** A socket that carries HTTP/2 by the engine. It is given its connection before anything else happens. */
export class EngineSocket implements ConnectionHost {
  readonly socket: Socket;
  /** Why the socket failed, if it did. */
  error: Error | undefined;
  /** How often something came. */
  reads = 0;
  #connection: SocketConnection | undefined;
  #isEnded = false;
  readonly #trace: ConnectionTrace | undefined;
  readonly #flush: () => void;
  readonly #afterMicrotasks: () => void;

  constructor(socket: Socket, isServer: boolean) {
    this.socket = socket;
    this.#trace = traceOf(socket, isServer);
    this.#flush = () => this.#connection?.flush();
    this.#afterMicrotasks = () => process.nextTick(this.#flush);
  }

  /** Begins to read. */
  carry(connection: SocketConnection): void {
    this.#connection = connection;
    const { socket } = this;
    // Code that sees buffers and other arrays by turns is slower with both.
    socket.on("data", ({ buffer, byteOffset, length }: Buffer) => {
      this.#receive(new Uint8Array(buffer, byteOffset, length), false);
    });
    readIntoSharedMemory(socket, (length, { buffer }) => {
      this.#receive(new Uint8Array(buffer, 0, length), true);
      return true;
    });
    socket.on("drain", () => {
      if (socket.isPaused()) socket.resume();
      connection.drained();
    });
    socket.on("error", (error) => {
      this.error ??= error;
    });
    socket.on("end", () => this.#gone(connection));
    socket.on("close", () => connection.disconnected());
    socket.resume();
  }

  #receive(bytes: Uint8Array, isLent: boolean): void {
    this.#trace?.received.add(bytes);
    this.reads++;
    this.#connection?.receive(bytes, isLent);
  }

  #gone(connection: SocketConnection): void {
    connection.disconnected();
    this.close();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const { socket } = this;
    if (this.#isEnded || socket.destroyed) return true;
    if (this.#trace !== undefined) for (const chunk of chunks) this.#trace.sent.add(chunk);
    if (chunks.length === 1) socket.write(chunks[0] as Uint8Array);
    else {
      socket.cork();
      for (const chunk of chunks) socket.write(chunk);
      socket.uncork();
    }
    const { writableLength } = socket;
    if (writableLength > mostBytes) socket.pause();
    return writableLength <= comfortableBytes;
  }

  get waitingBytes(): number {
    return this.socket.writableLength;
  }

  bytesTaken(): number {
    return bytesTaken(this.socket);
  }

  /** Behind all that is waiting to run now: what resolves meanwhile leaves in the same write. */
  scheduleFlush(): void {
    // Unlike `queueMicrotask`, this makes no AsyncResource.
    settled.then(this.#afterMicrotasks);
  }

  later(action: () => void): void {
    setTimeout(action, laterMs).unref();
  }

  close(stallMs = 0, mostMs = 0): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { socket } = this;
    if (socket.destroyed) return;
    closeBehind(socket, stallMs, mostMs);
    if (socket.isPaused()) socket.resume();
  }

  now(): number {
    return performance.now();
  }

  allocate(bytes: number): Uint8Array {
    const { buffer } = Buffer.allocUnsafeSlow(bytes);
    return new Uint8Array(buffer);
  }
}
