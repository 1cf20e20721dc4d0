import { expect, it } from "vitest";
import { createChannel } from "./channel.js";
import { parseTarget } from "./target.js";

it("reads http:// targets", () => {
  expect(parseTarget("http://localhost:8080")).toEqual({
    host: "localhost",
    port: 8080,
    authority: "localhost:8080",
  });
  expect(parseTarget("http://greeter/")).toEqual({
    host: "greeter",
    port: 80,
    authority: "greeter:80",
  });
  expect(parseTarget("HTTP://[::1]:9")).toEqual({ host: "::1", port: 9, authority: "[::1]:9" });
});

it("refuses a bare host and port, naming the choices", () => {
  for (const target of ["greeter:8080", "localhost:8080", "10.0.0.7:8080", "greeter", "[::1]:80"]) {
    expect(() => createChannel(target), target).toThrow(
      expect.objectContaining({
        code: "invalid_argument",
        reason: "BOWLINE_TARGET",
        message: expect.stringContaining(`http://${target}`),
      }),
    );
  }
});

it("refuses schemes that it does not connect to, by name", () => {
  for (const target of [
    "https://x",
    "unix:/x",
    "dns:///x:1",
    "static:///1.2.3.4:5",
    "file:x.json",
    "lookaside://x/y",
  ]) {
    expect(() => createChannel(target), target).toThrow(
      expect.objectContaining({
        code: "unimplemented",
        message: expect.stringContaining(`asks for ${target.split(":")[0]}:`),
      }),
    );
  }
});

it("refuses targets that are none", () => {
  for (const target of [
    "",
    "http://",
    "http://x:99999",
    "http://x/path",
    "http://x?y",
    "http://u@x",
    "ftp://x",
    "http:x",
  ]) {
    expect(() => createChannel(target), target).toThrow(
      expect.objectContaining({ code: "invalid_argument" }),
    );
  }
});

it("refuses a target that is no string, and options that do not exist", () => {
  expect(() => createChannel(undefined as never)).toThrow(
    new TypeError(
      'the target of a channel must be a string such as "http://localhost:8080"; it is undefined',
    ),
  );
  // @ts-expect-error no such option
  expect(() => createChannel("http://x", { protocl: "connect" })).toThrow(
    'createChannel has no option "protocl"; did you mean protocol?',
  );
  // @ts-expect-error no such limit
  expect(() => createChannel("http://x", { limits: { conections: 1 } })).toThrow(TypeError);
});
