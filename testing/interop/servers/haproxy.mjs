/** HAProxy in front of a server, HTTP/2 on both sides. Arguments: the program, the server's port, and where certificates are. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts, untilListening } from "./ports.mjs";

const [program, upstream, pair] = process.argv.slice(2);
const { cert, key } = JSON.parse(pair);
const folder = mkdtempSync(join(tmpdir(), "bowline-haproxy-"));
const [port, tlsPort] = await freePorts(2);
// It wants a certificate and its key in one file.
const combined = join(folder, "server.pem");
writeFileSync(combined, `${readFileSync(cert, "utf8")}${readFileSync(key, "utf8")}`);
writeFileSync(
  join(folder, "haproxy.cfg"),
  `defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
frontend calls
  bind 127.0.0.1:${port} proto h2
  bind 127.0.0.1:${tlsPort} ssl crt ${combined} alpn h2
  default_backend servers
backend servers
  server one 127.0.0.1:${upstream} proto h2
`,
);
const child = spawn(program, ["-db", "-f", join(folder, "haproxy.cfg")], {
  stdio: ["ignore", "ignore", "inherit"],
});
process.once("SIGTERM", () => child.kill());
child.once("close", (code) => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
});
await untilListening(port);
console.log(JSON.stringify({ port, tlsPort }));
