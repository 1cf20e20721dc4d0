import { MethodView, MixinView } from "@bowline/protobuf/wkt";
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
  expect(handlers.get("echo")?.(Method.create({ name: "a" }) as never, undefined as never)).toEqual(
    {
      name: "> a",
    },
  );
});

it("refuses a handler that belongs to no method, naming those that there are", () => {
  expect(() => implement(EchoService, { ecko: () => ({}) } as never)).toThrow(
    'test.v1.EchoService has no method "ecko"; it has: echo, other, watch, collect, chat, lookUp',
  );
});

it("refuses arguments that are something else, and options that do not exist, by name", () => {
  const wrong = implement as (...given: unknown[]) => unknown;
  expect(() => wrong(undefined, {})).toThrow(
    new TypeError("implement takes a generated service first; it is undefined"),
  );
  expect(() => wrong(Method, {})).toThrow(/takes a generated service first/);
  expect(() => wrong(EchoService)).toThrow(/takes an object of handlers second/);
  expect(() => wrong(EchoService, null)).toThrow(/takes an object of handlers second/);
  expect(() => wrong(EchoService, {}, { requests: {} })).toThrow(/did you mean request\?/);
});

it("refuses a handler that is not a function", () => {
  expect(() => implement(EchoService, { echo: "x" } as never)).toThrow(
    /Echo is string, not a function/,
  );
});

it("takes handlers of all four kinds", () => {
  const { handlers } = implement(EchoService, {
    echo: (request) => request,
    async *watch(request) {
      yield request;
    },
    async collect(requests) {
      for await (const { name } of requests) return { name };
      return {};
    },
    async *chat(requests) {
      for await (const { name } of requests) yield { name };
    },
  });
  expect([...handlers.keys()]).toEqual(["echo", "watch", "collect", "chat"]);
});

it("hands requests over as views, by method or by message", () => {
  const byMethod = implement(
    EchoService,
    { echo: (request) => ({ name: request.$toMessage().name }) },
    { request: { echo: MethodView } },
  );
  expect([...byMethod.views]).toEqual([["echo", MethodView]]);
  const byMessage = implement(
    EchoService,
    { echo: (request) => ({ name: request.$toMessage().name }) },
    { request: [MethodView] },
  );
  expect([...byMessage.views.keys()]).toEqual(Object.keys(EchoService.methods));
});

it("refuses a view of another message, and a message type in place of its view", () => {
  expect(() => implement(EchoService, {}, { request: { echo: MixinView } })).toThrow(
    "/test.v1.EchoService/Echo takes a google.protobuf.Method; the option request names a view of google.protobuf.Mixin",
  );
  expect(() => implement(EchoService, {}, { request: { echo: Method as never } })).toThrow(
    /which is not a view type/,
  );
  expect(() => implement(EchoService, {}, { request: [MixinView] })).toThrow(
    /no method of test.v1.EchoService takes/,
  );
  expect(() => implement(EchoService, {}, { request: { ecko: MethodView } as never })).toThrow(
    /the option request: test.v1.EchoService has no method "ecko"/,
  );
});

it("does not compile with a handler of another kind, a misspelt method or a response of another type", () => {
  // @ts-expect-error a server-streaming handler gives something that can be iterated
  implement(EchoService, { watch: () => ({}) });
  // @ts-expect-error no such method
  expect(() => implement(EchoService, { ecko: () => ({}) })).toThrow();
  // @ts-expect-error name is a string
  implement(EchoService, { echo: () => ({ name: 7 }) });
  // @ts-expect-error a message is no view
  implement(EchoService, { echo: (request) => ({ name: request.$toMessage().name }) });
});
