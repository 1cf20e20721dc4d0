import { expect, it } from "vitest";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { implement } from "./implement.js";

it("takes a literal with handlers of some methods", () => {
  const { service, handlers } = implement(EchoService, { echo: (request) => request });
  expect(service).toBe(EchoService);
  expect([...handlers.keys()]).toEqual(["echo"]);
});

it("takes an instance of a class, and calls its methods on it", () => {
  class Echo {
    prefix = "> ";
    echo(request: Method) {
      return { name: this.prefix + request.name };
    }
  }
  const { handlers } = implement(EchoService, new Echo());
  expect(handlers.get("echo")?.(Method.create({ name: "a" }), undefined as never)).toEqual({
    name: "> a",
  });
});

it("refuses a handler that belongs to no method, naming those that there are", () => {
  expect(() => implement(EchoService, { ecko: () => ({}) } as never)).toThrow(
    'test.v1.EchoService has no method "ecko"; it has: echo, other, watch',
  );
});

it("refuses a handler that is not a function", () => {
  expect(() => implement(EchoService, { echo: "x" } as never)).toThrow(
    /Echo is string, not a function/,
  );
});

it("refuses a streaming handler by name", () => {
  expect(() => implement(EchoService, { watch: () => ({}) } as never)).toThrow(
    expect.objectContaining({
      code: "unimplemented",
      message: expect.stringContaining("/test.v1.EchoService/Watch is a server-streaming method"),
    }),
  );
});

it("does not compile with a streaming handler, a misspelt method or a response of another type", () => {
  // @ts-expect-error streaming methods are not part of this version
  expect(() => implement(EchoService, { watch: () => ({}) })).toThrow();
  // @ts-expect-error no such method
  expect(() => implement(EchoService, { ecko: () => ({}) })).toThrow();
  // @ts-expect-error name is a string
  implement(EchoService, { echo: () => ({ name: 7 }) });
});
