import { expect, it } from "vitest";
import { binaryCodec } from "../codec.js";
import { jsonCodec } from "../json.js";
import { contentType, parseContentType } from "./content-type.js";

it("tells the codec, which is proto where none is named", () => {
  expect(parseContentType("application/grpc")).toEqual({ codec: "proto" });
  expect(parseContentType("application/grpc+proto")).toEqual({ codec: "proto" });
  expect(parseContentType("Application/gRPC+JSON")).toEqual({ codec: "json" });
  expect(parseContentType("application/grpc+x.y-z")).toEqual({ codec: "x.y-z" });
});

it("passes over parameters", () => {
  for (const parameters of [";", "; charset=utf-8", " ;a=b;c=d", '; x="a;b"']) {
    expect(parseContentType(`application/grpc${parameters}`)).toEqual({ codec: "proto" });
    expect(parseContentType(`application/grpc+json${parameters}`)).toEqual({ codec: "json" });
  }
});

it("is not one of gRPC-Web, Connect or anything else", () => {
  const wrong = [
    undefined,
    "",
    "grpc",
    "application/grpc-web",
    "application/grpc-web+proto",
    "application/grpc-web-text",
    "application/grpcx",
    "application/grpc+",
    "application/grpc++proto",
    "application/grpc proto",
    "application/grpc/proto",
    "text/grpc",
    "application/proto",
    "application/grpc\n",
    "application/grpc, application/json",
  ];
  for (const type of wrong) expect(parseContentType(type), String(type)).toBeUndefined();
});

it("names the codec when it writes", () => {
  expect(contentType(binaryCodec)).toBe("application/grpc+proto");
  expect(contentType(jsonCodec)).toBe("application/grpc+json");
});
