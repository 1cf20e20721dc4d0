import type { Socket } from "node:net";
import { expect, it } from "vitest";
import { peerOf } from "./peer.js";

it.each([
  ["127.0.0.1", "IPv4", "127.0.0.1:80"],
  ["::1", "IPv6", "[::1]:80"],
  ["::ffff:127.0.0.1", "IPv6", "127.0.0.1:80"],
  ["::FFFF:10.0.0.7", "IPv6", "10.0.0.7:80"],
  [undefined, undefined, "unix"],
])("shows the address %s (%s) as %s", (remoteAddress, remoteFamily, address) => {
  const socket = { remoteAddress, remoteFamily, remotePort: 80 } as Socket;
  expect(peerOf(socket).address).toBe(address);
});
