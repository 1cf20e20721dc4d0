import { createChannel } from "@bowline/node";
import { type Codec, createClient, RpcError } from "@bowline/rpc";
import { GreetService } from "./gen/greet/v1/greet.pb.js";
import { type Recording, recordingCodec } from "./recording-codec.js";

/** One call of the demo. */
export interface Exchange {
  readonly title: string;
  readonly codec: Codec;
  readonly name: string;
}

/** Calls the service once from its generated client and returns what went over the wire, in lines. */
export async function performExchange(url: string, exchange: Exchange): Promise<string[]> {
  const nothing = new Uint8Array(0);
  const recording: Recording = { request: nothing, response: nothing };
  const channel = createChannel(url, { codec: recordingCodec(exchange.codec, recording) });
  const started = performance.now();
  try {
    const call = createClient(GreetService, channel).greet({ name: exchange.name });
    const headers = await call.headers;
    const outcome = await call.then(
      ({ greeting }) => `{ greeting: ${JSON.stringify(greeting)} }`,
      describeError,
    );
    const elapsed = (performance.now() - started).toFixed(1);
    const { request, response } = recording;
    const length = Number(headers.get("content-length"));
    const sent = line("request", `application/${exchange.codec.name}`, request.length, request);
    const answered = line("response", headers.get("content-type") ?? "", length, response);
    return [
      exchange.title,
      `  POST ${GreetService.methods.greet.path}`,
      `  ${sent}`,
      `  ${answered}`,
      `  greet({ name: ${JSON.stringify(exchange.name)} })  →  ${outcome}   ${elapsed} ms`,
    ];
  } finally {
    await channel.close();
  }
}

function describeError(error: unknown): string {
  if (!RpcError.is(error)) throw error;
  return `RpcError ${error.code}: ${error.rawMessage}`;
}

function line(direction: string, contentType: string, length: number, body: Uint8Array): string {
  const size = `${length} bytes`.padStart(9);
  return `${direction.padEnd(9)} ${contentType.padEnd(17)} ${size}   ${show(contentType, body)}`.trimEnd();
}

/** JSON as text, everything else in hexadecimal digits. */
function show(contentType: string, body: Uint8Array): string {
  if (contentType === "application/json") return new TextDecoder().decode(body);
  return [...body].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
