import type { Socket } from "node:net";
import { markAsUntransferable } from "node:worker_threads";
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

  constructor(socket: Socket, isServer: boolean) {
    this.socket = socket;
    this.#trace = traceOf(socket, isServer);
  }

  /** Begins to read. */
  carry(connection: SocketConnection): void {
    this.#connection = connection;
    const socket: Carrying = this.socket;
    socket[carrier] = this;
    socket.on("data", onData);
    readIntoSharedMemory(socket, onRead);
    socket.on("drain", onDrain).on("error", onError).on("end", onEnd).on("close", onClose);
    socket.resume();
  }

  /** Bytes came. */
  receive(bytes: Uint8Array, isLent: boolean): void {
    this.#trace?.received.add(bytes);
    this.reads++;
    this.#connection?.receive(bytes, isLent);
  }

  drained(): void {
    if (this.socket.isPaused()) this.socket.resume();
    this.#connection?.drained();
  }

  disconnected(): void {
    this.#connection?.disconnected();
  }

  flush(): void {
    this.#connection?.flush();
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
    if (written.push(this) === 1) settled.then(flushSoon);
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
    // It holds what came for several calls: one of them cannot take it away from the others.
    markAsUntransferable(buffer);
    return new Uint8Array(buffer);
  }
}

/** Those that have something to flush. */
let written: EngineSocket[] = [];

function flushSoon(): void {
  const all = written;
  written = [];
  for (const each of all) process.nextTick(flush, each);
}

function flush(socket: EngineSocket): void {
  socket.flush();
}

// All sockets have the same listeners, which find what they carry on the socket: an idle connection costs none of its own.

const carrier: unique symbol = Symbol("bowline.http2");
type Carrying = Socket & { [carrier]?: EngineSocket };

function onData(this: Carrying, { buffer, byteOffset, length }: Buffer): void {
  // Code that sees buffers and other arrays by turns is slower with both.
  this[carrier]?.receive(new Uint8Array(buffer, byteOffset, length), false);
}

function onRead(this: Carrying, length: number, { buffer }: Uint8Array): true {
  this[carrier]?.receive(new Uint8Array(buffer, 0, length), true);
  return true;
}

function onDrain(this: Carrying): void {
  this[carrier]?.drained();
}

function onError(this: Carrying, error: Error): void {
  const socket = this[carrier];
  if (socket !== undefined) socket.error ??= error;
}

function onEnd(this: Carrying): void {
  this[carrier]?.disconnected();
  this[carrier]?.close();
}

function onClose(this: Carrying): void {
  this[carrier]?.disconnected();
}
