import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { StreamPeer } from "@bowline/rpc/internal";
import { tlsIdentity } from "./tls/identity.js";

const peerKey: unique symbol = Symbol("bowline.peer");

/** Who is at the other end of a connection. Looked up once; first while the connection is open. */
export function peerOf(socket: Socket & { [peerKey]?: StreamPeer }): StreamPeer {
  socket[peerKey] ??= {
    address: addressOf(socket),
    tls: socket instanceof TLSSocket ? tlsIdentity(socket) : undefined,
  };
  return socket[peerKey];
}

/** An address of IPv4 is shown as such on sockets, too, that take both versions. */
function addressOf({ remoteAddress, remotePort, remoteFamily }: Socket): string {
  if (remoteAddress === undefined) return "unix";
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(remoteAddress)?.[1];
  if (mapped !== undefined) return `${mapped}:${remotePort}`;
  const host = remoteFamily === "IPv6" ? `[${remoteAddress}]` : remoteAddress;
  return `${host}:${remotePort}`;
}
