import { createChannel } from "@bowline/node";
import { type Client, createClient, type Protocol, RpcError } from "@bowline/rpc";
import { jsonCodec } from "@bowline/rpc/json";
import { GreetService } from "./gen/greet/v1/greet.pb.js";
import { showHttp1 } from "./show-http1.js";
import { showHttp2 } from "./show-http2.js";
import { tapServer } from "./wire-tap.js";

/** A client of the greet service. */
export type GreetClient = Client<(typeof GreetService)["methods"]>;

/** One call of the demo. */
export interface Exchange {
  readonly title: string;
  readonly protocol: Protocol;
  readonly json?: boolean;
  /** By HTTP GET. */
  readonly get?: boolean;
  /** The call as one would write it. */
  readonly code: string;
  /** Makes the call; gives what came of it, for readers. */
  run(client: GreetClient): Promise<string>;
}

/** Calls the service from its generated client and returns what went over the wire, and what came of it, in lines. */
export async function performExchange(port: number, exchange: Exchange): Promise<string[]> {
  const { protocol, json = false } = exchange;
  await using tap = await tapServer(port);
  const outcome = await call(tap.url, exchange);
  const isHttp2 = protocol === "grpc";
  const wire = isHttp2 ? showHttp2(tap.pieces, json) : showHttp1(tap.pieces, json);
  return [
    `${exchange.title}   (HTTP/${isHttp2 ? "2" : "1.1"})`,
    ...wire.map((line) => `  ${line}`),
    `  ${exchange.code}`,
    `    ${outcome}`,
  ];
}

async function call(url: string, { protocol, json, get, run }: Exchange): Promise<string> {
  await using channel = createChannel(url, {
    protocol,
    ...(json === true ? { codec: jsonCodec } : {}),
    useHttpGet: get === true,
  });
  const started = performance.now();
  const outcome = await run(createClient(GreetService, channel)).catch(describeError);
  return `⇒ ${outcome}   ${(performance.now() - started).toFixed(1)} ms`;
}

function describeError(error: unknown): string {
  if (!RpcError.is(error)) throw error;
  return `RpcError ${error.code}: ${error.rawMessage}`;
}
