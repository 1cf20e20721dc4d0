import type { RpcServer } from "@bowline/node";
import { performExchange } from "./exchange.js";
import { exchanges } from "./exchanges.js";
import { GreetService } from "./gen/greet/v1/greet.pb.js";
import { serveGreeter } from "./serve-greeter.js";

/** Starts the greet service and calls it, printing each exchange. The server goes on. */
export async function startDemo(port: number, say: (line: string) => void): Promise<RpcServer> {
  const server = await serveGreeter(port, say);
  say(
    `Serving ${GreetService.typeName} at ${server.url}: Connect, gRPC and gRPC-Web, HTTP/1.1 and HTTP/2, on one port`,
  );
  say("→ to the server, ← from it; [flags length] before each message of gRPC and of streams");
  for (const exchange of exchanges) {
    say("");
    for (const line of await performExchange(server.port, exchange)) say(line);
  }
  return server;
}

/** Commands for another terminal, to be given in the root of the repository. */
export function commandLines(url: string): string[] {
  const { greet, countdown, sum } = GreetService.methods;
  const schema = "examples/greet/proto";
  const host = url.replace("http://", "");
  const grpcurl = `grpcurl -plaintext -import-path ${schema} -proto greet/v1/greet.proto`;
  const buf = `npx buf curl --schema ${schema}`;
  return [
    `curl -H 'content-type: application/json' -d '{"name": "Lin"}' ${url}${greet.path}`,
    `curl '${url}${greet.path}?connect=v1&encoding=json&message=%7B%22name%22%3A%22Lin%22%7D'`,
    `${grpcurl} -d '{"name": "Lin"}' ${host} ${rpcName(greet.path)}`,
    `${grpcurl} -d '{"from": 3}' ${host} ${rpcName(countdown.path)}`,
    `${buf} --http2-prior-knowledge --protocol grpc -d '{"name": "Lin"}' ${url}${greet.path}`,
    `${buf} --protocol grpcweb -d '{"from": 3}' ${url}${countdown.path}`,
    `${buf} -d '{"number": 20} {"number": 22}' ${url}${sum.path}`,
  ];
}

function rpcName(path: string): string {
  return path.slice(1);
}
