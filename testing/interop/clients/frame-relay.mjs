/** Passes connections on to a server, and sees their PING and GOAWAY frames. */
import { connect, createServer } from "node:net";

const types = { ping: 6, goaway: 7 };
const headerBytes = 9;
const prefaceBytes = 24;

/**
 * @typedef {object} Seen what was seen of one connection
 * @property {number[]} pings when its client asked, in milliseconds
 * @property {{ code: number, debug: string } | undefined} goaway the server's
 */

/**
 * @param {string} url of the server
 * @returns {Promise<{ url: string, connections: Seen[], close: () => void }>}
 */
export async function startFrameRelay(url) {
  const { port } = new URL(url);
  const connections = [];
  const sockets = new Set();
  const server = createServer((near) => {
    const seen = { pings: [], goaway: undefined };
    connections.push(seen);
    const far = connect(Number(port), "127.0.0.1");
    pass(near, far, prefaceBytes, (type, flags) => {
      if (type === types.ping && flags === 0) seen.pings.push(performance.now());
    });
    pass(far, near, 0, (type, _, payload) => {
      if (type !== types.goaway) return;
      seen.goaway = { code: payload.readUInt32BE(4), debug: payload.toString("latin1", 8) };
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, connections, close };

  function pass(from, to, preface, found) {
    sockets.add(from);
    const scan = scanner(preface, found);
    from.on("data", (bytes) => {
      scan(bytes);
      to.write(bytes);
    });
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
    from.on("end", () => to.end());
  }
}

/** Finds the frames in the bytes of one direction. */
function scanner(preface, found) {
  let left = preface;
  let pending = Buffer.alloc(0);
  return (bytes) => {
    const skipped = Math.min(left, bytes.length);
    left -= skipped;
    pending = Buffer.concat([pending, bytes.subarray(skipped)]);
    while (pending.length >= headerBytes) {
      const end = headerBytes + pending.readUIntBE(0, 3);
      if (pending.length < end) return;
      found(pending[3], pending[4], pending.subarray(headerBytes, end));
      pending = pending.subarray(end);
    }
  };
}
