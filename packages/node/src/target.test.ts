import { expect, it } from "vitest";
import { createChannel, type NodeChannelOptions } from "./channel.js";
import { parseTarget } from "./target.js";

it("reads http:// targets", () => {
  expect(parseTarget("http://localhost:8080")).toEqual({
    name: "localhost:8080",
    authority: "localhost:8080",
    secure: false,
    place: { host: "localhost", port: 8080 },
  });
  expect(parseTarget("http://greeter/").place).toEqual({ host: "greeter", port: 80 });
  expect(parseTarget("http://greeter", { tls: false, plaintext: true }).secure).toBe(false);
  expect(parseTarget("HTTP://[::1]:9")).toMatchObject({
    authority: "[::1]:9",
    place: { host: "::1", port: 9 },
  });
});

it("reads https:// targets, port 443 unless they say so", () => {
  expect(parseTarget("https://greeter")).toEqual({
    name: "greeter:443",
    authority: "greeter:443",
    secure: true,
    place: { host: "greeter", port: 443 },
  });
  const withTls = { tls: true, plaintext: false };
  expect(parseTarget("https://greeter:8443", withTls).authority).toBe("greeter:8443");
});

it("reads unix: targets, encrypted where there are tls options", () => {
  expect(parseTarget("unix:/run/greet.sock")).toEqual({
    name: "unix:/run/greet.sock",
    authority: "localhost",
    secure: false,
    place: { path: "/run/greet.sock" },
  });
  expect(parseTarget("unix:greet.sock").place).toEqual({ path: "greet.sock" });
  expect(parseTarget("unix:///run/greet.sock").place).toEqual({ path: "/run/greet.sock" });
  expect(parseTarget("unix:/x", { tls: true, plaintext: false }).secure).toBe(true);
});

it("refuses a scheme and options that contradict each other", () => {
  for (const [target, options] of [
    ["http://x", { tls: {} }],
    ["https://x", { plaintext: true }],
    ["https://x", { plaintext: true, tls: {} }],
    ["unix:/x", { plaintext: true, tls: {} }],
  ] as const) {
    expect(() => createChannel(target, options), target).toThrow(
      expect.objectContaining({ code: "invalid_argument", reason: "BOWLINE_TARGET" }),
    );
  }
});

it("does not show the password of a target that it refuses", () => {
  const targets = ["http://ada:rope@x", "http://ada:rope@x:99999", "postgres://ada:rope@x/y"];
  for (const target of [...targets, "dns://ada:rope@x"]) {
    expect(() => createChannel(target), target).toThrow(/^(?!.*rope).*\/\/\[redacted\]@x/);
  }
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
  for (const target of ["dns:///x:1", "static:///1.2.3.4:5", "file:x.json", "lookaside://x/y"]) {
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
    "unix:",
    "unix://host/x",
    "https://x/path",
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
  // @ts-expect-error no such TLS option
  expect(() => createChannel("https://x", { tls: { servername: "y" } })).toThrow(TypeError);
});

it("refuses values that an option cannot have, by name", () => {
  const cases: [NodeChannelOptions, string][] = [
    [{ httpVersion: "3" as never }, "httpVersion"],
    [{ limits: { connections: 0 } }, "limits.connections"],
    [{ limits: { connectTimeoutMs: Number.NaN } }, "limits.connectTimeoutMs"],
    [{ tls: { cert: "x" } }, "cert and key go together"],
    [{ tls: { cert: "x", key: "x" } }, "not usable"],
    [{ tls: { ca: "ca.pem" } }, "not a file name"],
    [{ tls: { ca: [Buffer.from("ca.pem")] } }, "not a file name"],
    [{ tls: { rejectUnauthorized: "no" as never } }, "rejectUnauthorized"],
  ];
  for (const [options, text] of cases) {
    expect(() => createChannel("https://x", options), text).toThrow(
      expect.objectContaining({
        code: "invalid_argument",
        reason: "BOWLINE_OPTION",
        message: expect.stringContaining(text),
      }),
    );
  }
});
