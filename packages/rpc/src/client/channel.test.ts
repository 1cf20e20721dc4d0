import { expect, expectTypeOf, it } from "vitest";
import { EchoService } from "../fixtures/echo-service.js";
import { FakeTransport } from "../fixtures/fake-transport.js";
import { createTransportChannel } from "./channel.js";
import { createClient, type StreamingMethodsComeWithALaterVersion } from "./create-client.js";

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
    'a call has no option "timeout"; did you mean timeoutMs? its options: timeoutMs, headers, signal, receivedMessageBytes',
  );
  const options = { defaults: { timeout: 5 } } as object;
  expect(() => createTransportChannel("x", new FakeTransport(), options)).toThrow(TypeError);
});

it("refuses protocols that it does not speak, naming the one that it does", () => {
  for (const protocol of ["grpc", "grpc-web", "connet"]) {
    const options = { protocol } as object;
    expect(() => createTransportChannel("x", new FakeTransport(), options)).toThrow(
      `protocol is the string "${protocol}"; this version speaks "connect" only`,
    );
  }
  createTransportChannel("x", new FakeTransport(), { protocol: "connect" });
});

it("quotes a number that is given as a string", async () => {
  const client = createClient(EchoService, createTransportChannel("x", new FakeTransport(), {}));
  await expect(client.echo({}, { timeoutMs: "5" as never })).rejects.toThrow(
    'timeoutMs must be a number of milliseconds, 0 or more; it is the string "5"',
  );
});

it("throws unimplemented for a streaming method, which does not compile", () => {
  const client = createClient(EchoService, createTransportChannel("x", new FakeTransport(), {}));
  expectTypeOf(client.watch).toEqualTypeOf<StreamingMethodsComeWithALaterVersion>();
  // @ts-expect-error Type 'StreamingMethodsComeWithALaterVersion' has no call signatures.
  expect(() => client.watch({})).toThrow(
    expect.objectContaining({
      code: "unimplemented",
      message: expect.stringContaining("/test.v1.EchoService/Watch is a server-streaming method"),
    }),
  );
});

it("does not compile with a wrong field or a wrong method", () => {
  const client = createClient(EchoService, createTransportChannel("x", new FakeTransport(), {}));
  // @ts-expect-error no such method
  expect(() => client.ecko({})).toThrow(TypeError);
  // @ts-expect-error no such field
  client.echo({ nmae: "x" }).catch(() => {});
});
