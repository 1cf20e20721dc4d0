import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { StreamPeer } from "@bowline/rpc/internal";
import { tlsIdentity } from "./tls/identity.js";

const sockets = new WeakMap<StreamPeer, Socket>();
const peerKey: unique symbol = Symbol("bowline.peer");

/** Who is at the other end of a connection. Looked up once; first while the connection is open. */
export function peerOf(socket: Socket & { [peerKey]?: StreamPeer }): StreamPeer {
  const known = socket[peerKey];
  if (known !== undefined) return known;
  const peer = {
    address: addressOf(socket),
    tls: socket instanceof TLSSocket ? tlsIdentity(socket) : undefined,
  };
  socket[peerKey] = peer;
  sockets.set(peer, socket);
  return peer;
}

/** The connection that a peer is at the other end of. */
export function socketOf(peer: StreamPeer): Socket | undefined {
  return sockets.get(peer);
}

/** An address of IPv4 is shown as such on sockets, too, that take both versions. */
function addressOf({ remoteAddress, remotePort, remoteFamily }: Socket): string {
  if (remoteAddress === undefined) return "unix";
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(remoteAddress)?.[1];
  if (mapped !== undefined) return `${mapped}:${remotePort}`;
  const host = remoteFamily === "IPv6" ? `[${remoteAddress}]` : remoteAddress;
  return `${host}:${remotePort}`;
}
