/** grpc-go's interoperability server, once on cleartext and once with TLS. Says where on one line. */
import { spawn } from "node:child_process";
import { freePorts, untilListening } from "./ports.mjs";

const [program, pair] = process.argv.slice(2);
const { cert, key } = JSON.parse(pair);
const [port, tlsPort] = await freePorts(2);
await start(port, []);
await start(tlsPort, ["-use_tls", "-tls_cert_file", cert, "-tls_key_file", key]);
console.log(JSON.stringify({ port, tlsPort }));

async function start(place, args) {
  const child = spawn(program, ["-port", String(place), ...args], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  process.once("SIGTERM", () => child.kill());
  child.once("close", () => process.exit());
  await untilListening(place);
}
