import { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/**
 * What all sockets are read into, one after the other: Node otherwise makes 64 KiB for every read, and the garbage that
 * this is costs more than a copy. More comes with one read, so that more answers leave with one write.
 */
const memory: Uint8Array = new Uint8Array(new ArrayBuffer(262_144));

/** Takes the first `length` bytes of the memory, before the next read. Returns `true`: the socket is read on. */
type Take = (this: Socket, length: number, memory: Uint8Array) => true;

/** Where a socket keeps the memory of the option `onread`, and who takes what was read. */
const [memoryKey, takeKey] = ["kBuffer", "kBufferCb"].map((name) =>
  Object.getOwnPropertySymbols(new Socket()).find(({ description }) => description === name),
);

interface Reading {
  [key: symbol]: unknown;
  readonly _handle?: { useUserBuffer?(memory: Uint8Array): void } | null;
}

/**
 * Has a socket read into memory that all share. That is Node's own `onread`, which it offers to sockets that connect;
 * those that a server accepts have what it takes, too. Returns whether it could be done; if not, all comes by `data`
 * events. TLS gains nothing by it, and over a stream of JavaScript it could be read while another socket is. What was read before, or put back, is in such an event in any case.
 */
export function readIntoSharedMemory(socket: Socket, take: Take): boolean {
  const reading = socket as unknown as Reading;
  const handle = reading._handle;
  if (socket instanceof TLSSocket) return false;
  if (handle?.useUserBuffer === undefined || memoryKey === undefined || takeKey === undefined) {
    return false;
  }
  reading[memoryKey] = memory;
  reading[takeKey] = take;
  handle.useUserBuffer(memory);
  return true;
}
