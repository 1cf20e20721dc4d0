/** nginx in front of a server: `grpc_pass` for calls that come over HTTP/2. Arguments: the program, the server's port, where certificates are, and `reuse` to keep connections to the server. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts, untilListening } from "./ports.mjs";

const [program, upstream, pair, reuse] = process.argv.slice(2);
const { cert, key } = JSON.parse(pair);
const folder = mkdtempSync(join(tmpdir(), "bowline-nginx-"));
const [port, tlsPort] = await freePorts(2);
const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
  .map((name) => `${name}_temp_path ${folder}/${name};`)
  .join(" ");
// Bodies pass as they come and as long as they are; the server has the limits.
writeFileSync(
  join(folder, "nginx.conf"),
  `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
events { worker_connections 512; }
http {
  access_log off; ${temporary}
  client_max_body_size 0; grpc_read_timeout 30s; grpc_send_timeout 30s;
  upstream calls { server 127.0.0.1:${upstream}; ${reuse === "reuse" ? "keepalive 8;" : ""} }
  server { listen 127.0.0.1:${port} http2; location / { grpc_pass grpc://calls; } }
  server {
    listen 127.0.0.1:${tlsPort} ssl http2; ssl_certificate ${cert}; ssl_certificate_key ${key};
    location / { grpc_pass grpc://calls; }
  }
}
`,
);
const child = spawn(program, ["-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")], {
  stdio: ["ignore", "ignore", "inherit"],
});
process.once("SIGTERM", () => child.kill());
child.once("close", (code) => {
  rmSync(folder, { recursive: true, force: true });
  process.exit(code ?? 1);
});
await untilListening(port);
console.log(JSON.stringify({ port, tlsPort }));
