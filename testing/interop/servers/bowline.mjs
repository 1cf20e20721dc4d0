/** Our server, on two ports: cleartext and TLS. Says where on one line, and serves until SIGTERM. Options of its own may follow. */
import { readFileSync } from "node:fs";
import { serve } from "@bowline/node";
import { CallCounter } from "../../../conformance/connect/dist/report.js";
import { testService } from "../dist/test-service.js";

const { cert, key } = JSON.parse(process.argv[2]);
const options = JSON.parse(process.argv[3] ?? "{}");
const counter = new CallCounter("server");
const server = await serve({
  listeners: [{ port: 0 }, { port: 0, tls: { cert: readFileSync(cert), key: readFileSync(key) } }],
  signals: false,
  compression: { minBytes: 1_024 },
  ...options,
  services: [testService(({ peer }) => counter.count(peer.protocol, peer.httpVersion ?? "?"))],
});
process.once("SIGTERM", () => process.exit());
const [port, tlsPort] = server.addresses.map(({ url }) => Number(new URL(url).port));
console.log(JSON.stringify({ port, tlsPort }));
