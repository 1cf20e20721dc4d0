import { Any, Duration } from "@bowline/protobuf/wkt";
import fc from "fast-check";
import { expect, it } from "vitest";
import { codes } from "../code.js";
import { RpcError } from "../rpc-error.js";
import { decodeStatus, encodeStatus } from "./status-details.js";

it("round-trips code, message and details", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...codes),
      fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
      fc.array(
        fc.record({
          typeName: fc.stringMatching(/^[a-z.]{1,200}$/),
          value: fc.uint8Array({ maxLength: 300 }),
        }),
        { maxLength: 3 },
      ),
      (code, message, details) => {
        const status = decodeStatus(encodeStatus(new RpcError(code, message, { details })));
        expect(status).toEqual({ code: RpcError.number(code), message, details });
      },
    ),
  );
});

it("writes the bytes of google.rpc.Status", () => {
  const value = Duration.encode({ seconds: 1n });
  const error = new RpcError("not_found", "né", {
    details: [{ typeName: "google.protobuf.Duration", value }],
  });
  const any = Any.encode({ typeUrl: "type.googleapis.com/google.protobuf.Duration", value });
  expect([...encodeStatus(error)]).toEqual([8, 5, 18, 3, 110, 195, 169, 26, any.length, ...any]);
  expect([...encodeStatus(new RpcError("unauthenticated", ""))]).toEqual([8, 16]);
  expect([...encodeStatus(error, "x")].slice(0, 5)).toEqual([8, 5, 18, 1, 120]);
});

it("reads type URLs of any host, the last of a field given twice, and unknown fields", () => {
  const any = Any.encode({ typeUrl: "https://x.example/a/b.C" });
  const bytes = [
    ...[0x08, 0x03, 0x08, 0x85, 0x80, 0x00], // the code, then again, overlong
    ...[0x20, 0x01, 0x29, 1, 2, 3, 4, 5, 6, 7, 8, 0x32, 1, 0, 0x3d, 1, 2, 3, 4], // 4, 5, 6 and 7
    ...[0x43, 0x4b, 0x08, 1, 0x4c, 0x44], // groups 8 and, inside it, 9
    ...[0x1a, any.length, ...any],
    ...[0x1a, 0], // a detail without a type
  ];
  expect(decodeStatus(Uint8Array.from(bytes))).toEqual({
    code: 5,
    message: "",
    details: [{ typeName: "b.C", value: new Uint8Array() }],
  });
  const negative = [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
  expect(decodeStatus(Uint8Array.from(negative))?.code).toBe(-1);
  expect(decodeStatus(new Uint8Array())).toEqual({ code: 0, message: "", details: [] });
});

it.each([
  ["a tag alone", [0x08]],
  ["a varint without end", [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]],
  ["field number 0", [0x00, 0x00]],
  ["a length past the end", [0x12, 2, 0x61]],
  ["a length of 4 GiB", [0x12, 0xff, 0xff, 0xff, 0xff, 0x0f]],
  ["invalid UTF-8", [0x12, 1, 0xff]],
  ["a cut fixed32", [0x3d, 1, 2, 3]],
  ["a cut fixed64", [0x29, 1, 2, 3, 4, 5, 6, 7]],
  ["a group without end", [0x43, 0x08, 1]],
  ["the end of no group", [0x44]],
  ["the end of another group", [0x43, 0x4c]],
  ["groups 101 deep", new Array(101).fill(0x43).concat(new Array(101).fill(0x44))],
  ["wire type 6", [0x0e]],
  ["wire type 7", [0x0f]],
  ["a malformed detail", [0x1a, 2, 0x0a, 5]],
] as const)("does not take %s", (_, bytes) => {
  expect(decodeStatus(Uint8Array.from(bytes))).toBeUndefined();
});

it("takes groups 100 deep and 1,000 details, and no more", () => {
  const groups = (depth: number) =>
    Uint8Array.from(new Array(depth).fill(0x43).concat(new Array(depth).fill(0x44)));
  expect(decodeStatus(groups(100))).toBeDefined();
  const detail = [0x1a, 4, 0x0a, 2, 0x2f, 0x61];
  const details = (count: number) => Uint8Array.from(new Array(count).fill(detail).flat());
  expect(decodeStatus(details(1000))?.details).toHaveLength(1000);
  expect(decodeStatus(details(1001))).toBeUndefined();
});

it("never throws", () => {
  const byte = fc.oneof(fc.constantFrom(0x08, 0x12, 0x1a, 0x0a, 0, 1, 2, 0x43, 0x44), fc.nat(255));
  fc.assert(
    fc.property(fc.array(byte, { maxLength: 40 }), (bytes) => {
      decodeStatus(Uint8Array.from(bytes));
    }),
    { numRuns: 2000 },
  );
});
