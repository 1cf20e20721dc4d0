import { expect, it } from "vitest";
import { Metadata } from "./metadata.js";
import { encodeError } from "./protocol-connect/error.js";
import { RpcError } from "./rpc-error.js";

const place = { peer: "10.0.0.7:8080", method: "/a.B/C" };

it("prints its code, its place and its text", () => {
  const error = new RpcError("unavailable", "connection refused", place);
  const text = "unavailable: 10.0.0.7:8080 (/a.B/C): connection refused";
  expect(error.message).toBe(text);
  expect(String(error)).toBe(`RpcError: ${text}`);
  expect(error.stack?.split("\n")[0]).toBe(`RpcError: ${text}`);
  expect(new RpcError("not_found", "no user").message).toBe("not_found: no user");
  expect(new RpcError("not_found", "").message).toBe("not_found");
  expect(new RpcError("not_found", "no user", { peer: "x:1" }).message).toBe(
    "not_found: x:1: no user",
  );
});

it("sends its text alone", () => {
  const error = new RpcError("not_found", "no user", place);
  expect(error.rawMessage).toBe("no user");
  expect(JSON.parse(new TextDecoder().decode(encodeError(error)))).toEqual({
    code: "not_found",
    message: "no user",
  });
});

it("is JSON with code and message, without metadata, details and cause", () => {
  const error = new RpcError("not_found", "no user", {
    ...place,
    headers: new Metadata({ authorization: "hidden" }),
    details: [{ typeName: "a.D", value: Uint8Array.of(1) }],
    cause: new Error("hidden"),
  });
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    name: "RpcError",
    code: "not_found",
    message: "not_found: 10.0.0.7:8080 (/a.B/C): no user",
    origin: "local",
    peer: "10.0.0.7:8080",
    method: "/a.B/C",
  });
});

it("refuses what is no code, naming those that there are", () => {
  expect(() => new RpcError("NOT_FOUND" as never, "x")).toThrow(
    'the string "NOT_FOUND" is no code; codes: canceled, unknown, ',
  );
  expect(() => new RpcError(5 as never, "x")).toThrow("5 is no code");
});
