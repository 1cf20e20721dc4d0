import type { RpcServer } from "@bowline/node";
import { binaryCodec } from "@bowline/rpc";
import { jsonCodec } from "@bowline/rpc/json";
import { performExchange } from "./exchange.js";
import { GreetService } from "./gen/greet/v1/greet.pb.js";
import { serveGreeter } from "./serve-greeter.js";

const exchanges = [
  { title: "1. Connect unary, binary body", codec: binaryCodec, name: "Ada" },
  { title: "2. Connect unary, JSON body", codec: jsonCodec, name: "Grace" },
  { title: "3. A call that the handler refuses", codec: jsonCodec, name: "" },
];

/** Starts the greet service and calls it, printing each exchange. The server goes on. */
export async function startDemo(port: number, say: (line: string) => void): Promise<RpcServer> {
  const server = await serveGreeter(port, say);
  say(`Serving ${GreetService.typeName} at ${server.url} (Connect over HTTP/1.1, binary and JSON)`);
  for (const exchange of exchanges) {
    say("");
    for (const line of await performExchange(server.url, exchange)) say(line);
  }
  return server;
}

/** A command for another terminal. */
export function curlLine(url: string): string {
  const { path } = GreetService.methods.greet;
  return `curl -H 'content-type: application/json' -d '{"name": "Lin"}' ${url}${path}`;
}
