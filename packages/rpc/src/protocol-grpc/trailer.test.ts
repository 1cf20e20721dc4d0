import { Duration } from "@bowline/protobuf/wkt";
import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeBase64 } from "../base64.js";
import { codes } from "../code.js";
import { detail } from "../error-detail.js";
import { Metadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import { encodeStatus } from "./status-details.js";
import { appendStatus, readStatus, withoutStatus } from "./trailer.js";

const limit = 8192;
const second = detail(Duration, { seconds: 1n });

function written(error: RpcError | undefined, limitBytes = limit) {
  const fields: string[] = [];
  const fitted = appendStatus(fields, error, limitBytes);
  return { fields, fitted, metadata: Metadata.fromWire(fields) };
}

const read = (...fields: string[]) => readStatus(Metadata.fromWire(fields), {});

it("writes success as status 0 alone", () => {
  expect(written(undefined)).toMatchObject({ fields: ["grpc-status", "0"], fitted: true });
});

it("writes message and details only where there are some", () => {
  expect(written(new RpcError("aborted", "")).fields).toEqual(["grpc-status", "10"]);
  expect(written(new RpcError("aborted", "é")).fields).toEqual([
    ...["grpc-status", "10", "grpc-message", "%C3%A9"],
  ]);
  const error = new RpcError("aborted", "", { details: [second] });
  expect(written(error).fields).toEqual([
    ...["grpc-status", "10", "grpc-status-details-bin", encodeBase64(encodeStatus(error))],
  ]);
});

it("adds behind the trailers that are there, and reads both back", () => {
  const fields = ["x-a", "1", "x-a", "2"];
  const sent = new RpcError("not_found", "no %", { details: [second] });
  expect(appendStatus(fields, sent, limit)).toBe(true);
  const headers = new Metadata({ "x-h": "1" });
  const error = readStatus(Metadata.fromWire(fields), { headers, peer: "p:1", method: "/s/M" });
  if (!(error instanceof RpcError)) throw new Error("not an error");
  expect(error).toMatchObject({
    code: "not_found",
    message: "not_found: p:1 (/s/M): no %",
    rawMessage: "no %",
    origin: "wire",
    headers,
  });
  expect(error.details(Duration)[0]?.seconds).toBe(1n);
  expect([...(error.trailers ?? [])]).toEqual([
    ["x-a", "1"],
    ["x-a", "2"],
  ]);
  const trailers = new Metadata();
  expect(readStatus(Metadata.fromWire(fields), { trailers })).toHaveProperty("trailers", trailers);
});

it("leaves details out at one byte past the limit, and keeps code and message", () => {
  const error = new RpcError("internal", "m", { details: [second] });
  const [, value = ""] = written(error).fields.slice(4);
  const exact = "grpc-status-details-bin".length + value.length + 32;
  expect(written(error, exact)).toMatchObject({ fitted: true });
  expect(written(error, exact).fields).toHaveLength(6);
  expect(written(error, exact - 1)).toMatchObject({
    fitted: false,
    fields: ["grpc-status", "13", "grpc-message", "m"],
  });
  expect(written(error, exact + 1)).toMatchObject({ fitted: true });
});

it("cuts a message that alone passes the limit, between characters, and says so", () => {
  const exact = "grpc-message".length + 32 + 9;
  const error = new RpcError("internal", "abcdefghi");
  expect(written(error, exact)).toMatchObject({ fitted: true });
  expect(written(error, exact - 1)).toMatchObject({
    fitted: false,
    fields: ["grpc-status", "13", "grpc-message", "abcdefgh"],
  });
  expect(written(new RpcError("internal", "aé€"), exact).fields[3]).toBe("a%C3%A9");
  expect(written(new RpcError("internal", "€€"), 44 + 8)).toMatchObject({
    fitted: false,
    fields: ["grpc-status", "13"],
  });
});

it("cuts where the limit falls into a surrogate pair before the pair", () => {
  const exact = "grpc-message".length + 32 + 9;
  for (let before = 0; before < 10; before++) {
    const text = `${"a".repeat(before)}${"😀".repeat(10)}`;
    const message = written(new RpcError("internal", text), exact).metadata.get("grpc-message");
    expect(message, String(before)).toBe(before === 0 ? undefined : "a".repeat(before).slice(0, 9));
  }
});

it("says the same in message and details where the message is cut", () => {
  const sent = new RpcError("internal", "é".repeat(2000), { details: [second] });
  const { metadata, fitted } = written(sent, 8000);
  expect(fitted).toBe(false);
  const error = readStatus(metadata, {}) as RpcError;
  const encoded = metadata.get("grpc-message") ?? "";
  expect(error.rawMessage).toBe(decodeURIComponent(encoded));
  expect(error.rawMessage).toMatch(/^é{1300,}$/);
  expect(error.details(Duration)).toHaveLength(1);
});

it("round-trips every code, message and list of details", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...codes),
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.array(fc.record({ typeName: fc.constant("a.B"), value: fc.uint8Array() }), {
        maxLength: 3,
      }),
      (code, message, details) => {
        const { metadata, fitted } = written(new RpcError(code, message, { details }));
        expect(fitted).toBe(true);
        const error = readStatus(metadata, {}) as RpcError;
        expect(error).toMatchObject({ code, rawMessage: message.toWellFormed() });
        expect(error.rawDetails).toEqual(details);
      },
    ),
  );
});

it("says nothing where there is no status, whatever else there is", () => {
  expect(read()).toBeUndefined();
  expect(read("grpc-message", "error", "grpc-status-details-bin", "CAU")).toBeUndefined();
});

it("takes 0 as success, with a message or details too", () => {
  expect(read("grpc-status", "0")).toBe("ok");
  expect(read("grpc-status", "00", "grpc-message", "m")).toBe("ok");
});

it("takes a status that is malformed, given twice or of no code as unknown", () => {
  const wrong = ["", "x", "-1", "+1", "1.0", " 1", "1e0", "0x1", "5 not found", "9".repeat(1000)];
  for (const value of [...wrong, "17", "99", "999999999", "__proto__"]) {
    expect(read("grpc-status", value), value).toMatchObject({ code: "unknown", origin: "wire" });
    expect(read("grpc-status", value, "grpc-message", "m")).toMatchObject({ rawMessage: "m" });
  }
  expect(read("grpc-status", "0", "grpc-status", "0")).toMatchObject({
    code: "unknown",
    rawMessage: 'the peer ended the call with grpc-status "0, 0", which no code has',
  });
  expect((read("grpc-status", "9".repeat(1000)) as RpcError).message.length).toBeLessThan(200);
});

it("passes over details that disagree, or are not base64 or not a status", () => {
  const other = encodeBase64(encodeStatus(new RpcError("aborted", "other", { details: [second] })));
  for (const value of [other, "%%%", "/w", "", `${other},${other}`]) {
    const error = read("grpc-status", "5", "grpc-message", "m", "grpc-status-details-bin", value);
    expect(error, value).toMatchObject({ code: "not_found", rawMessage: "m", rawDetails: [] });
  }
});

it("prefers the message of the details, and reads padded base64", () => {
  const bytes = encodeStatus(new RpcError("not_found", "whole", { details: [second] }));
  const value = Buffer.from(bytes).toString("base64");
  expect(value).toMatch(/=$/);
  expect(
    read("grpc-status", "5", "grpc-message", "m", "grpc-status-details-bin", value),
  ).toMatchObject({ rawMessage: "whole", rawDetails: [{ typeName: "google.protobuf.Duration" }] });
  expect(
    read("grpc-status", "5", "grpc-message", "m", "grpc-status-details-bin", "CAU"),
  ).toMatchObject({ rawMessage: "m" });
});

it("takes gRPC's own fields out of the user's trailers, and no others", () => {
  const fields = [
    "x-a",
    "1",
    "grpc-status",
    "5",
    "grpc-message",
    "m",
    "grpc-retry-pushback-ms",
    "1",
  ];
  expect([
    ...withoutStatus(Metadata.fromWire([...fields, "grpc-status-details-bin", "CAU"])),
  ]).toEqual([
    ["x-a", "1"],
    ["grpc-retry-pushback-ms", "1"],
  ]);
  expect(withoutStatus(Metadata.fromWire(["grpc-status", "0"])).size).toBe(0);
  expect([...withoutStatus(Metadata.fromWire(["x-a", "1"]))]).toEqual([["x-a", "1"]]);
});
