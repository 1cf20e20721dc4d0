import { inspect } from "node:util";
import { expect, it } from "vitest";
import { EchoService } from "../fixtures/echo-service.js";
import { FakeTransport } from "../fixtures/fake-transport.js";
import type { InterceptorNext } from "../interceptor.js";
import { createTransportChannel } from "./channel.js";
import { createClient } from "./create-client.js";

it("cancels the calls under way when it is closed, and refuses later ones", async () => {
  const transport = new FakeTransport();
  const channel = createTransportChannel("http://greeter:80", transport, {});
  const client = createClient(EchoService, channel);
  const call = client.echo({});
  await channel.close();
  await expect(call).rejects.toMatchObject({ code: "canceled" });
  expect([transport.last.wasReset, transport.closed]).toEqual([true, true]);
  await expect(client.echo({})).rejects.toMatchObject({
    code: "canceled",
    reason: "BOWLINE_CHANNEL_CLOSED",
    message: "canceled: the channel to http://greeter:80 is closed",
  });
});

it("refuses options that cannot be", () => {
  for (const options of [{ defaults: { timeoutMs: -1 } }, { receivedMessageBytes: -1 }]) {
    expect(() => createTransportChannel("x", new FakeTransport(), options)).toThrow(
      expect.objectContaining({ code: "invalid_argument" }),
    );
  }
});

it("refuses options of calls and defaults that do not exist", () => {
  const channel = createTransportChannel("x", new FakeTransport(), {});
  const client = createClient(EchoService, channel);
  // @ts-expect-error no such option
  expect(() => client.echo({}, { timeout: 5 })).toThrow(
    'a call has no option "timeout"; did you mean timeoutMs? its options: timeoutMs, headers, signal, receivedMessageBytes, parent, compression, useHttpGet, values',
  );
  const options = { defaults: { timeout: 5 } } as object;
  expect(() => createTransportChannel("x", new FakeTransport(), options)).toThrow(TypeError);
});

it("refuses protocols that it does not speak, naming those that it does", () => {
  const options = { protocol: "connet" } as object;
  expect(() => createTransportChannel("x", new FakeTransport(), options)).toThrow(
    'protocol is the string "connet"; it can be "connect", "grpc" or "grpc-web"',
  );
  for (const protocol of ["connect", "grpc", "grpc-web"] as const) {
    createTransportChannel("x", new FakeTransport(), { protocol });
  }
});

it("quotes a number that is given as a string", async () => {
  const client = createClient(EchoService, createTransportChannel("x", new FakeTransport(), {}));
  await expect(client.echo({}, { timeoutMs: "5" as never })).rejects.toThrow(
    'timeoutMs must be a number of milliseconds, 0 or more; it is the string "5"',
  );
});

it("does not compile with a wrong field or a wrong method", () => {
  const client = createClient(EchoService, createTransportChannel("x", new FakeTransport(), {}));
  // @ts-expect-error no such method
  expect(() => client.ecko({})).toThrow(TypeError);
  // @ts-expect-error no such field
  client.echo({ nmae: "x" }).catch(() => {});
});

it("does not compile with another kind of call than the method's", async () => {
  const client = createClient(EchoService, createTransportChannel("x", new FakeTransport(), {}));
  // @ts-expect-error Argument of type '{ timeoutMs: number; }' is not assignable to parameter of type 'RequestStream<…>'.
  client.collect({ timeoutMs: 5 }).catch(() => {});
  // @ts-expect-error Object literal may only specify known properties, and 'nmae' does not exist in type 'MethodInit'.
  client.chat([{ nmae: "x" }]).cancel();
  const call = client.echo({});
  const read = async () => {
    // @ts-expect-error Type 'UnaryCall<Method>' must have a '[Symbol.asyncIterator]()' method.
    for await (const _ of call);
  };
  await expect(read()).rejects.toThrow(TypeError);
  call.cancel();
  const stream = client.watch({});
  // @ts-expect-error Property 'send' does not exist on type 'ServerStreamCall<Method>'.
  expect(stream.send).toBeUndefined();
  stream.cancel();
});

it.each([
  ["signal", { signal: new AbortController() }, "signal must be an AbortSignal, such as"],
  ["parent", { parent: {} }, "parent must be the call of a handler; it is an object"],
  [
    "headers",
    { headers: { "x-a": undefined } },
    "the value of x-a must be a text; it is undefined",
  ],
])("fails a call whose %s is something else, saying what it takes", async (_, options, message) => {
  const client = createClient(EchoService, createTransportChannel("x", new FakeTransport(), {}));
  await expect(client.echo({}, options as object)).rejects.toMatchObject({
    code: "invalid_argument",
    reason: "BOWLINE_OPTION",
    rawMessage: expect.stringContaining(message),
  });
});

it.each([[], [(next: InterceptorNext) => next]])(
  "fails a call whose requests are no iterable, by interceptors or not",
  async (...interceptors) => {
    const transport = new FakeTransport();
    const channel = createTransportChannel("x", transport, { interceptors });
    await expect(createClient(EchoService, channel).collect({} as never)).rejects.toMatchObject({
      code: "invalid_argument",
      rawMessage:
        "the requests of /test.v1.EchoService/Collect must be an iterable of messages: an array, a generator, a stream; they are an object",
    });
    expect(transport.streams).toHaveLength(0);
  },
);

it("refuses a codec that is none, and an interceptor that makes no function", () => {
  const withOptions = (options: object) => () =>
    createTransportChannel("x", new FakeTransport(), options);
  expect(withOptions({ codec: "json" })).toThrow(
    'a channel\'s codec must be a codec with name, encode and decode, such as jsonCodec of @bowline/rpc/json; it is the string "json"',
  );
  expect(withOptions({ interceptors: [async (call: unknown) => call] })).toThrow(
    "an interceptor must return a function: (next) => async (call) =>",
  );
});

it("refuses to make a client of something else than a service and a channel", () => {
  expect(() => createClient(EchoService, "http://x" as never)).toThrow(
    'such as createChannel("http://localhost:8080"); it is the string "http://x"',
  );
  expect(() => createClient({} as never, {} as never)).toThrow("it is an object");
});

it("shows a call that is logged in place of its response, and nothing that is behind it", async () => {
  const channel = createTransportChannel("x", new FakeTransport("2"), {});
  const client = createClient(EchoService, channel);
  const calls = [client.echo({}), client.watch({}), client.collect(), client.chat()];
  expect(calls.map((call) => inspect(call))).toEqual([
    "UnaryCall (under way; await it for the response)",
    "ServerStreamCall (under way; iterate over it with for await)",
    "ClientStreamCall (under way; await it for the response)",
    "BidiCall (under way; iterate over it with for await)",
  ]);
  for (const call of calls) call.cancel();
  expect(JSON.stringify(calls[0])).toContain("over; await it");
  await channel.close();
});
