import { expect, it } from "vitest";
import { EchoService } from "../fixtures/echo-service.js";
import { implement } from "./implement.js";
import { createRouter } from "./router.js";

const router = createRouter({
  services: [implement(EchoService, { echo: (request) => request })],
});

it("finds a method by its path, with or without a query", () => {
  expect(router.route("/test.v1.EchoService/Echo").method.name).toBe("Echo");
  expect(router.route("/test.v1.EchoService/Echo?x=../y").method.name).toBe("Echo");
});

it("refuses every other spelling of a path", () => {
  const spellings = [
    "test.v1.EchoService/Echo",
    "",
    "*",
    "http://host/test.v1.EchoService/Echo",
    "//test.v1.EchoService/Echo",
    "/test.v1.EchoService//Echo",
    "/x/../test.v1.EchoService/Echo",
    "/./test.v1.EchoService/Echo",
    "/test.v1.EchoService/..",
    "/test.v1.EchoService%2FEcho",
    "/test.v1.EchoService/%45cho",
    "/test.v1.EchoService\\Echo",
    "/test.v1.EchoService/Echo#x",
  ];
  for (const target of spellings) {
    expect(() => router.route(target), target).toThrow(
      expect.objectContaining({ code: "invalid_argument", reason: "BOWLINE_PATH" }),
    );
  }
});

it("finds nothing at other canonical paths, and names the methods of a service that is there", () => {
  for (const target of [
    "/",
    "/x",
    "/__proto__",
    "/constructor/toString",
    "/test.v1.EchoService",
    "/test.v1.echoservice/Echo",
    "/test.v1.EchoService/Echo/",
  ]) {
    expect(() => router.route(target), target).toThrow(
      expect.objectContaining({ code: "unimplemented", reason: "BOWLINE_NO_ROUTE" }),
    );
  }
  expect(() => router.route("/test.v1.EchoService/Ecko")).toThrow(
    "nothing is served at /test.v1.EchoService/Ecko; test.v1.EchoService has: Echo, Other, Watch",
  );
});

it("refuses a service that is given twice", () => {
  const service = implement(EchoService, {});
  expect(() => createRouter({ services: [service, service] })).toThrow(
    "test.v1.EchoService is served twice",
  );
});

it("refuses a service without handlers, saying what to pass", () => {
  expect(() => createRouter({ services: [EchoService as never] })).toThrow(
    new TypeError(
      "services[0] is EchoService without handlers; pass implement(EchoService, { … })",
    ),
  );
  for (const services of [undefined, {}, [undefined], [{}], [7]]) {
    expect(() => createRouter({ services: services as never })).toThrow(TypeError);
  }
});
