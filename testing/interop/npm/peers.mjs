/** The packages of npm that are peers here, from the folder they are installed in, and the test service as each wants it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cache, descriptorSet, here } from "../paths.mjs";

const packages = await import(join(cache, "npm", "peers.mjs"));
export const { connect, connectNode, connectWeb, grpcJs, niceGrpc } = packages;
export const { deadlineMiddleware } = packages.niceGrpcClientMiddlewareDeadline;

const set = readFileSync(descriptorSet);

/** For grpc-js and nice-grpc: `testing.TestService` is a client class, and its `service` the definition. */
export const { testing } = grpcJs.loadPackageDefinition(
  packages.protoLoader.loadSync("grpc/testing/test.proto", {
    includeDirs: [join(here, "proto")],
    defaults: true,
  }),
).grpc;

/** For nice-grpc: the definition of a service with its methods by the names that clients and handlers have. */
export function defineService(name) {
  const methods = Object.entries(testing[name].service);
  return Object.fromEntries(
    methods.map(([method, definition]) => [method[0].toLowerCase() + method.slice(1), definition]),
  );
}

const registry = packages.protobuf.createFileRegistry(
  packages.protobuf.fromBinary(packages.wkt.FileDescriptorSetSchema, set),
);

/** For connect-es: a service by its name. */
export function describeService(name) {
  return registry.getService(`grpc.testing.${name}`);
}

const types = packages.protobufjs.default.Root.fromJSON({
  nested: {
    Any: { fields: { typeUrl: { type: "string", id: 1 }, value: { type: "bytes", id: 2 } } },
    Status: {
      fields: {
        code: { type: "int32", id: 1 },
        message: { type: "string", id: 2 },
        details: { rule: "repeated", type: "Any", id: 3 },
      },
    },
    ErrorInfo: {
      fields: {
        reason: { type: "string", id: 1 },
        domain: { type: "string", id: 2 },
        metadata: { keyType: "string", type: "string", id: 3 },
      },
    },
  },
});
const errorInfo = "type.googleapis.com/google.rpc.ErrorInfo";

/** The bytes of the detail that the cases ask for. */
export function encodeErrorInfo() {
  const info = { reason: "INTEROP", domain: "interop.test", metadata: { a: "b" } };
  return types.lookupType("ErrorInfo").encode(info).finish();
}

/** The value of `grpc-status-details-bin` with that detail. */
export function encodeDetails(code, message) {
  const details = [{ typeUrl: errorInfo, value: encodeErrorInfo() }];
  return Buffer.from(types.lookupType("Status").encode({ code, message, details }).finish());
}

/** The error infos of such a value. */
export function decodeDetails(bytes) {
  if (bytes === undefined) return [];
  const { details } = types.lookupType("Status").decode(bytes);
  return details.map(({ value }) => decodeErrorInfo(value));
}

/** An error info out of its bytes. */
export function decodeErrorInfo(bytes) {
  const { reason, domain, metadata } = types.lookupType("ErrorInfo").decode(bytes);
  return { reason, domain, metadata };
}
