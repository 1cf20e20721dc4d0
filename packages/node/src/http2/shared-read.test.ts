import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { certificates } from "../fixtures/tls.js";
import { readIntoSharedMemory } from "./shared-read.js";

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

/** Both ends of a connection. */
async function connected(isSecure: boolean): Promise<[accepted: Socket, connecting: Socket]> {
  const server = isSecure ? createTlsServer(certificates.server) : createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const accepted = once(server, isSecure ? "secureConnection" : "connection");
  const { port } = server.address() as AddressInfo;
  const connecting = isSecure
    ? connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false })
    : connect(port, "127.0.0.1");
  const connection = once(connecting, isSecure ? "secureConnect" : "connect");
  const [[socket]] = (await Promise.all([accepted, connection])) as [[Socket], unknown];
  open.push({ close: () => connecting.destroy() }, { close: () => server.close() });
  return [socket, connecting];
}

/** Collects copies of what a socket reads. */
function collect(socket: Socket): {
  readonly pieces: Uint8Array[];
  shared: boolean;
  bytes: number;
} {
  const found = { pieces: [] as Uint8Array[], shared: false, bytes: 0 };
  const take = (bytes: Uint8Array) => {
    found.pieces.push(bytes);
    found.bytes += bytes.length;
  };
  socket.on("data", take);
  found.shared = readIntoSharedMemory(socket, (length, memory) => {
    take(memory.slice(0, length));
    return true;
  });
  socket.resume();
  return found;
}

const content = Buffer.from(Uint8Array.from({ length: 2_000_000 }, (_, at) => (at * 31) >>> 4));

describe.each([
  ["plaintext", false],
  ["TLS", true],
])("over %s", (_, isSecure) => {
  it.each(["accepted", "connecting"])(
    "reads all that comes by a socket that is %s",
    async (which) => {
      const pair = await connected(isSecure);
      const [reader, writer] = which === "accepted" ? pair : [...pair].reverse();
      const found = collect(reader as Socket);
      expect(found.shared).toBe(!isSecure);
      writer?.end(content);
      await once(reader as Socket, "end");
      expect(Buffer.concat(found.pieces).equals(content)).toBe(true);
    },
  );

  it("reads nothing while the socket is paused", async () => {
    const [reader, writer] = await connected(isSecure);
    const found = collect(reader);
    writer.write("first");
    while (found.bytes < 5) await new Promise(setImmediate);
    reader.pause();
    writer.write("second");
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    expect(found.bytes).toBe(5);
    reader.resume();
    while (found.bytes < 11) await new Promise(setImmediate);
    expect(Buffer.concat(found.pieces).toString()).toBe("firstsecond");
  });
});

it("leaves what was put back to the socket's events, in front of the rest", async () => {
  const [reader, writer] = await connected(false);
  writer.write("second");
  reader.pause();
  reader.unshift(Buffer.from("first"));
  const found = collect(reader);
  while (found.bytes < 11) await new Promise(setImmediate);
  expect(Buffer.concat(found.pieces).toString()).toBe("firstsecond");
});
