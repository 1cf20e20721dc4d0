/**
 * The client under test: one GET of the URL that is its last argument, on our own engine. Prints how it ended, and exits
 * once the connection has.
 */
import { connect } from "node:net";
import { EngineConnection } from "../../packages/node/dist/http2/engine-client.js";
import { defaultLimits } from "../../packages/node/dist/transport.js";

const withoutKeepalive = {
  keepaliveMs: 0,
  keepaliveTimeoutMs: 10_000,
  keepaliveWhenIdle: false,
  ageMs: 0,
  drainTimeoutMs: 0,
};

const url = new URL(process.argv.at(-1));
const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
socket.on("error", () => {});
socket.once("connect", begin);
socket.once("close", () => process.exit());

function begin() {
  // A connection without a stream does not keep the process; h2specd looks for up to two seconds what happens on it.
  setTimeout(() => process.exit(), 2_400);
  const settings = {
    ...defaultLimits,
    authority: url.host,
    scheme: "http",
    life: { current: withoutKeepalive },
  };
  const connection = new EngineConnection(socket, settings, {
    ready: () => request(connection),
    failed: (failure) => console.log(`failed: ${failure.message}`),
    room() {},
    over() {},
  });
}

function request(connection) {
  const head = { method: "GET", path: url.pathname, headers: [], requiresHttp2: true };
  const stream = connection.open(head, {
    head() {},
    data() {},
    end: () => console.log("complete"),
    interrupted: (failure) => console.log(`interrupted: ${failure.message}`),
    drained() {},
  });
  stream.send();
}
