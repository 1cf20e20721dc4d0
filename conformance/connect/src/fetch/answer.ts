/** Makes the calls that the suite asks for by `fetch`. */
import type { Channel } from "@bowline/rpc";
import { createFetchChannel, deflate, gzip } from "@bowline/web";
import type { Way } from "../client/channels.js";
import { invoke } from "../client/invoke.js";
import { codecFor } from "../codecs.js";
import {
  ClientCompatRequest,
  ClientCompatResponse,
  type ClientCompatResponseInit,
} from "../gen/connectrpc/conformance/v1/client_compat.pb.js";
import { Compression, HTTPVersion, Protocol } from "../gen/connectrpc/conformance/v1/config.pb.js";

const channels = new Map<string, Channel>();

/** Makes the call that a request describes; `onCall` is told of its protocol. */
export async function answer(
  frame: Uint8Array,
  onCall: (protocol: string) => void,
): Promise<Uint8Array> {
  const request = ClientCompatRequest.decode(frame);
  const result = await outcomeOf(request, onCall);
  return ClientCompatResponse.encode({ testName: request.testName, result });
}

async function outcomeOf(
  request: ClientCompatRequest,
  onCall: (protocol: string) => void,
): Promise<NonNullable<ClientCompatResponseInit["result"]>> {
  try {
    const way = wayOf(request);
    onCall(way.protocol);
    return { case: "response", value: await invoke(request, way) };
  } catch (error) {
    return { case: "error", value: { message: String((error as Error)?.stack ?? error) } };
  }
}

function wayOf(request: ClientCompatRequest): Way {
  const { host, port, httpVersion, protocol, codec, compression, messageReceiveLimit } = request;
  const secure = request.serverTlsCert.length > 0;
  const key = [host, port, protocol, codec, compression, messageReceiveLimit, secure].join(" ");
  const way: Omit<Way, "channel"> = {
    protocol: protocol === Protocol.GRPC_WEB ? "grpc-web" : "connect",
    httpVersion: httpVersion === HTTPVersion.HTTP_VERSION_2 ? "2" : "1.1",
  };
  const known = channels.get(key);
  if (known !== undefined) return { ...way, channel: known };
  const send = compressionFor(compression);
  const channel = createFetchChannel(`${secure ? "https" : "http"}://${host}:${port}`, {
    protocol: way.protocol,
    codec: codecFor(codec),
    ...(send === undefined ? {} : { compression: { send, minBytes: 0 } }),
    ...(messageReceiveLimit === 0 ? {} : { receivedMessageBytes: messageReceiveLimit }),
  });
  channels.set(key, channel);
  return { ...way, channel };
}

function compressionFor(name: number): ReturnType<typeof gzip> | undefined {
  if (name === Compression.IDENTITY) return undefined;
  if (name === Compression.GZIP) return gzip();
  if (name === Compression.DEFLATE) return deflate();
  throw new TypeError(`no compression ${name}`);
}
