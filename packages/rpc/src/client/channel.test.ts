import { expect, it } from "vitest";
import { EchoService } from "../fixtures/echo-service.js";
import { FakeTransport } from "../fixtures/fake-transport.js";
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

it("throws unimplemented for a streaming method, which does not compile", () => {
  const client = createClient(EchoService, createTransportChannel("x", new FakeTransport(), {}));
  // @ts-expect-error streaming methods are not part of this version
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
