import { expect, it } from "vitest";
import { binaryCodec } from "../codec.js";
import { jsonCodec } from "../json.js";
import { contentType, parseContentType } from "./content-type.js";

it("tells the codec, which is proto where none is named, and whether the body is text", () => {
  const cases = [
    ["application/grpc-web", "proto", false],
    ["application/grpc-web+proto", "proto", false],
    ["application/grpc-web+json", "json", false],
    ["application/grpc-web-text", "proto", true],
    ["application/grpc-web-text+proto", "proto", true],
    ["Application/gRPC-Web-Text+JSON", "json", true],
    ["application/grpc-web; charset=utf-8", "proto", false],
    ["application/grpc-web-text+json ;a=b", "json", true],
  ] as const;
  for (const [type, codec, text] of cases) {
    expect(parseContentType(type), type).toEqual({ codec, text });
  }
});

it("is not one of gRPC, Connect or anything else", () => {
  const wrong = [
    undefined,
    "",
    "application/grpc",
    "application/grpc+web",
    "application/grpc-websocket",
    "application/grpc-web-texts",
    "application/grpc-web+",
    "application/grpc-web-text proto",
    "application/connect+proto",
    "application/proto",
    "application/grpc-web\n",
  ];
  for (const type of wrong) expect(parseContentType(type), String(type)).toBeUndefined();
});

it("names the codec when it writes, and reads what it writes", () => {
  expect(contentType(binaryCodec, false)).toBe("application/grpc-web+proto");
  expect(contentType(jsonCodec, true)).toBe("application/grpc-web-text+json");
  expect(parseContentType(contentType(jsonCodec, true))).toEqual({ codec: "json", text: true });
});
