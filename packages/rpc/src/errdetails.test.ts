import { createRegistry } from "@bowline/protobuf/reflect";
import {
  FileDescriptorProto,
  FileDescriptorSet,
  file$google_protobuf_duration,
} from "@bowline/protobuf/wkt";
import { expect, it } from "vitest";
import * as errdetails from "./errdetails.js";
import { detail } from "./error-detail.js";
import * as generated from "./gen/google/rpc/error_details.pb.js";
import { Metadata } from "./metadata.js";
import { appendStatus, readStatus } from "./protocol-grpc/trailer.js";
import { RpcError } from "./rpc-error.js";

const { BadRequest, RetryInfo, ErrorInfo } = errdetails;

it("makes details that the other side reads by their type, whatever else there is", () => {
  const sent = new RpcError("invalid_argument", "name is empty", {
    details: [
      detail(BadRequest, { fieldViolations: [{ field: "name", description: "is empty" }] }),
      detail(RetryInfo, { retryDelay: { seconds: 1n } }),
      { typeName: "other.v1.Unknown", value: Uint8Array.of(8, 1) },
      detail(BadRequest, { fieldViolations: [{ field: "age" }] }),
    ],
  });
  const fields: string[] = [];
  expect(appendStatus(fields, sent, 8192)).toBe(true);
  const error = readStatus(Metadata.fromWire(fields), {}) as RpcError;
  const violations = error.details(BadRequest).flatMap((each) => each.fieldViolations);
  expect(violations.map((each) => [each.field, each.description])).toEqual([
    ["name", "is empty"],
    ["age", ""],
  ]);
  expect(error.details(RetryInfo)[0]?.retryDelay?.seconds).toBe(1n);
  expect(error.details(ErrorInfo)).toEqual([]);
  expect(error.rawDetails).toHaveLength(4);
});

it("names the path of a wrong value", () => {
  expect(() => detail(BadRequest, { fieldViolations: [{ feild: "name" } as never] })).toThrow(
    /fieldViolations\[0\].*feild/s,
  );
});

it("exports every name of the generated code", () => {
  expect(Object.keys(errdetails).sort()).toEqual(Object.keys(generated).sort());
});

it("has every message that the schema has, with types of its own", () => {
  const { file$google_rpc_error_details: file } = errdetails;
  expect(file.desc.messages.map((each) => each.name).sort()).toEqual([
    "BadRequest",
    "DebugInfo",
    "ErrorInfo",
    "Help",
    "LocalizedMessage",
    "PreconditionFailure",
    "QuotaFailure",
    "RequestInfo",
    "ResourceInfo",
    "RetryInfo",
  ]);
  const files = [file$google_protobuf_duration, file].map(({ desc }) =>
    FileDescriptorProto.decode(desc.bytes),
  );
  const dynamic = createRegistry(FileDescriptorSet.create({ file: files }));
  const bytes = BadRequest.encode({ fieldViolations: [{ field: "a" }] });
  expect(dynamic.message("google.rpc.BadRequest")?.decode(bytes)).toMatchObject({
    fieldViolations: [{ field: "a" }],
  });
});
