import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { StreamFailure } from "@bowline/rpc/internal";
import type { Target } from "../target.js";
import { describeConnectFailure, timedOut } from "./failure.js";
import { raceConnect } from "./race.js";
import type { TlsStarter } from "./tls.js";

/** How sockets are made for one target. */
export interface SocketSettings {
  readonly target: Target;
  /** Undefined on cleartext. */
  readonly startTls: TlsStarter | undefined;
  /** Milliseconds for everything: looking the name up, connecting, TLS, and HTTP/2's first frame. */
  readonly connectTimeoutMs: number;
}

/** Milliseconds for one address, for the head start of each, and for a TLS handshake. */
const times = { addressTimeoutMs: 5_000, nextAddressMs: 250 };
const handshakeTimeoutMs = 10_000;

/** A socket that can carry HTTP, and what TLS agreed on: `h2`, `http/1.1`; `undefined` without TLS or an agreement. */
export interface DialedSocket {
  readonly socket: Socket;
  readonly protocol: string | undefined;
}

/** Takes the outcome. Not called inside the call that dials. */
export interface SocketListener {
  connected(dialed: DialedSocket): void;
  failed(failure: StreamFailure): void;
}

/**
 * Connects to the target and, if it says so, shakes hands by TLS, offering `alpn`. The whole is bounded by the caller.
 * @param ref whether the attempt, and the socket that comes of it, keep the process alive.
 * @returns gives up; the listener is not called any more.
 */
export function dialSocket(
  settings: SocketSettings,
  alpn: readonly string[],
  ref: boolean,
  listener: SocketListener,
): () => void {
  let stop = raceConnect(settings.target.place, { ...times, ref }, (error, socket) => {
    if (socket === undefined) listener.failed(describeConnectFailure(error as Error));
    else if (settings.startTls === undefined) {
      listener.connected({ socket, protocol: undefined });
    } else stop = shakeHands(settings.startTls(socket, alpn), socket, ref, listener);
  });
  return () => stop();
}

function shakeHands(
  socket: TLSSocket,
  raw: Socket,
  ref: boolean,
  listener: SocketListener,
): () => void {
  const late = () => socket.destroy(timedOut(handshakeTimeoutMs));
  const timer = setTimeout(late, handshakeTimeoutMs);
  if (!ref) {
    socket.unref();
    timer.unref();
  }
  const failed = (error: Error) => {
    clearTimeout(timer);
    socket.removeListener("error", failed).on("error", ignore);
    listener.failed(describeConnectFailure(error));
  };
  raw.on("error", ignore);
  socket.on("error", failed);
  socket.once("secureConnect", () => {
    clearTimeout(timer);
    socket.removeListener("error", failed);
    listener.connected({ socket, protocol: socket.alpnProtocol || undefined });
  });
  return () => {
    clearTimeout(timer);
    socket.removeListener("error", failed).on("error", ignore).destroy();
  };
}

function ignore(): void {}
