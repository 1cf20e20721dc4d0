/** The channels of the client under test: one for each set of options that the suite asks for. */
import { createHash } from "node:crypto";
import { createChannel } from "@bowline/node";
import type { Channel } from "@bowline/rpc";
import { codecFor } from "../codecs.js";
import { compressionFor } from "../compressions.js";
import type { ClientCompatRequest } from "../gen/connectrpc/conformance/v1/client_compat.pb.js";
import { HTTPVersion, Protocol } from "../gen/connectrpc/conformance/v1/config.pb.js";

/** A channel, and what is spoken over it. */
export interface Way {
  readonly channel: Channel;
  readonly protocol: "connect" | "grpc" | "grpc-web";
  readonly httpVersion: "1.1" | "2";
}

/** Makes channels as they are asked for and keeps them. */
export class Channels {
  readonly #ways = new Map<string, Way>();

  get(request: ClientCompatRequest): Way {
    const key = keyOf(request);
    const known = this.#ways.get(key);
    if (known !== undefined) return known;
    const way = openWay(request);
    this.#ways.set(key, way);
    return way;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#ways.values()].map(({ channel }) => channel.close()));
  }
}

function keyOf(request: ClientCompatRequest): string {
  const { host, port, httpVersion, protocol, codec, compression, messageReceiveLimit } = request;
  const credentials = createHash("sha256")
    .update(request.serverTlsCert)
    .update(request.clientTlsCreds?.cert ?? "")
    .digest("hex");
  return [
    host,
    port,
    httpVersion,
    protocol,
    codec,
    compression,
    messageReceiveLimit,
    credentials,
  ].join(" ");
}

function openWay(request: ClientCompatRequest): Way {
  const { host, port, messageReceiveLimit, serverTlsCert, clientTlsCreds } = request;
  const protocol = protocolOf(request.protocol);
  const httpVersion = httpVersionOf(request.httpVersion);
  const compression = compressionFor(request.compression);
  const secure = serverTlsCert.length > 0;
  const channel = createChannel(`${secure ? "https" : "http"}://${host}:${port}`, {
    protocol,
    httpVersion,
    codec: codecFor(request.codec),
    ...(compression === undefined
      ? {}
      : { compression: { send: compression, accept: [compression], minBytes: 0 } }),
    ...(messageReceiveLimit === 0 ? {} : { receivedMessageBytes: messageReceiveLimit }),
    ...(secure
      ? {
          tls: {
            ca: serverTlsCert,
            ...(clientTlsCreds === undefined
              ? {}
              : { cert: clientTlsCreds.cert, key: clientTlsCreds.key }),
          },
        }
      : {}),
  });
  return { channel, protocol, httpVersion };
}

function protocolOf(name: number): Way["protocol"] {
  if (name === Protocol.CONNECT) return "connect";
  if (name === Protocol.GRPC) return "grpc";
  if (name === Protocol.GRPC_WEB) return "grpc-web";
  throw new TypeError(`no protocol ${name}`);
}

function httpVersionOf(name: number): Way["httpVersion"] {
  if (name === HTTPVersion.HTTP_VERSION_1) return "1.1";
  if (name === HTTPVersion.HTTP_VERSION_2) return "2";
  throw new TypeError(`no HTTP version ${name}`);
}
