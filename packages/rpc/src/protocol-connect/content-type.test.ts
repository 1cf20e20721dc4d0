import { expect, it } from "vitest";
import { binaryCodec } from "../codec.js";
import { jsonCodec } from "../json.js";
import { parseContentType, unaryCodec } from "./content-type.js";

const codecs = [binaryCodec, jsonCodec];

it("finds the codec of a unary content type, whatever its case and with charset=utf-8", () => {
  expect(unaryCodec(codecs, "application/proto")).toBe(binaryCodec);
  for (const type of [
    "application/json",
    "Application/JSON",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
  ]) {
    expect(unaryCodec(codecs, type), type).toBe(jsonCodec);
  }
});

it("finds none for streams, other protocols, other charsets and garbage", () => {
  const wrong = [
    undefined,
    "",
    "json",
    "text/json",
    "application/",
    "application/xml",
    "application/connect+json",
    "application/grpc",
    "application/grpc+proto",
    "application/grpc-web+json",
    "application/json; charset=latin1",
    "application/json; x=y",
    "application/json, application/proto",
    "application/json\n",
  ];
  for (const type of wrong) expect(unaryCodec(codecs, type), String(type)).toBeUndefined();
});

it("tells streams", () => {
  expect(parseContentType("application/connect+proto")).toEqual({ stream: true, codec: "proto" });
});
