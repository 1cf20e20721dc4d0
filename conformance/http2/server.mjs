/**
 * The server under test: the HTTP/2 side of `serve` on a port of its own. Without the RPC layer, which would answer most
 * of what h2spec asks before the request is complete; and on cleartext without HTTP/1.1 beside it, which answers a wrong
 * preface with 400 in its own words where h2spec wants to see the connection closed. Prints its port; `tls` as argument
 * serves TLS.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { Connections } from "../../packages/node/dist/connections.js";
import { Http1Server } from "../../packages/node/dist/http1/server.js";
import { createHttp2Server } from "../../packages/node/dist/http2/engine.js";
import { transportLimits } from "../../packages/node/dist/server-limits.js";
import { nodeTlsOptions } from "../../packages/node/dist/tls/server-options.js";

const content = new TextEncoder().encode("hello, h2spec\n");
const limits = transportLimits({});
const entry = { accept: answer, fallback: undefined, handles: () => true };
const http2 = createHttp2Server(entry, limits, "bowline");
const server =
  process.argv[2] === "tls" ? serveTls() : createServer((socket) => http2.take(socket));
server.listen(0, "127.0.0.1", () => console.log(server.address().port));

/** Answers a request when it is complete. */
function answer(stream) {
  return {
    data() {},
    end() {
      stream.body.append(content);
      stream.respond(200, ["content-type", "text/plain"]);
    },
    interrupted() {},
    drained() {},
  };
}

function serveTls() {
  const read = (name) =>
    readFileSync(new URL(`../../packages/node/src/fixtures/tls/${name}`, import.meta.url), "utf8");
  const connections = new Connections(new Http1Server(entry, limits), http2, limits);
  const pair = { key: read("server.key"), cert: read("server.pem") };
  return connections.createServer(nodeTlsOptions(pair, limits.headersTimeoutMs));
}
