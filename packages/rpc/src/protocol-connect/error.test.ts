import fc from "fast-check";
import { expect, it } from "vitest";
import { codes } from "../code.js";
import { RpcError } from "../rpc-error.js";
import { decodeError, encodeError } from "./error.js";
import { codeFromStatus, statusFromCode } from "./http-status.js";

const fallback = { code: "unavailable", message: "HTTP 503" } as const;
const read = (text: string) => decodeError(new TextEncoder().encode(text), fallback, {});

it("round-trips code, message and details", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...codes),
      fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
      fc.array(fc.record({ typeName: fc.string(), value: fc.uint8Array() }), { maxLength: 3 }),
      (code, message, details) => {
        const error = decodeError(
          encodeError(new RpcError(code, message, { details })),
          fallback,
          {},
        );
        expect(error).toMatchObject({ code, rawMessage: message, origin: "wire" });
        expect(error.rawDetails).toEqual(details);
      },
    ),
  );
});

it("takes the code from the status where the body is not an error", () => {
  for (const text of ["", "{", "[]", "null", "7", '"x"', "<html>", "\xff"]) {
    expect(read(text), text).toMatchObject({
      code: "unavailable",
      rawMessage: "HTTP 503",
      origin: "wire",
    });
  }
});

it("takes the code from the status where the body's is missing or unknown, and keeps its message", () => {
  expect(read('{"message":"m"}')).toMatchObject({ code: "unavailable", rawMessage: "m" });
  expect(read('{"code":"toString","message":"m"}')).toMatchObject({
    code: "unavailable",
    rawMessage: "m",
  });
  expect(read('{"code":7}')).toMatchObject({ code: "unavailable", rawMessage: "HTTP 503" });
  expect(read('{"code":"not_found"}')).toMatchObject({ code: "not_found", rawMessage: "" });
});

it("leaves malformed details out and reads padded and unpadded base64", () => {
  const error = read(
    '{"code":"aborted","details":[{"type":"a","value":"AA=="},{"type":"b","value":"AA"},{"type":"c","value":"%"},{"type":1,"value":"AA"},null,7]}',
  );
  expect(error.rawDetails.map((each) => each.typeName)).toEqual(["a", "b"]);
});

it("maps codes to HTTP statuses and back by the tables of the Connect protocol", () => {
  expect(codes.map(statusFromCode)).toEqual([
    499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401,
  ]);
  expect([400, 401, 403, 404, 429, 502, 503, 504, 302, 500, 418].map(codeFromStatus)).toEqual([
    "internal",
    "unauthenticated",
    "permission_denied",
    "unimplemented",
    "unavailable",
    "unavailable",
    "unavailable",
    "unavailable",
    "unknown",
    "unknown",
    "unknown",
  ]);
});
