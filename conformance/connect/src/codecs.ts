/** The codecs of both programs. JSON knows the messages that the suite puts into `Any`. */
import { createRegistry } from "@bowline/protobuf/reflect";
import { binaryCodec, type Codec } from "@bowline/rpc";
import { createJsonCodec } from "@bowline/rpc/json";
import { Codec as CodecName } from "./gen/connectrpc/conformance/v1/config.pb.js";
import {
  BidiStreamRequest,
  ClientStreamRequest,
  ConformancePayload_RequestInfo,
  IdempotentUnaryRequest,
  ServerStreamRequest,
  UnaryRequest,
} from "./gen/connectrpc/conformance/v1/service.pb.js";

const registry = createRegistry(
  UnaryRequest,
  ServerStreamRequest,
  ClientStreamRequest,
  BidiStreamRequest,
  IdempotentUnaryRequest,
  ConformancePayload_RequestInfo,
);

const json: Codec = createJsonCodec({ read: { registry }, write: { registry } });

/** What a server accepts. */
export const codecs: readonly Codec[] = [binaryCodec, json];

/** The codec that a client is to use. */
export function codecFor(name: number): Codec {
  if (name === CodecName.PROTO) return binaryCodec;
  if (name === CodecName.JSON) return json;
  throw new TypeError(`no codec ${name}`);
}
