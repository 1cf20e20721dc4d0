import { createClient, implement } from "@bowline/rpc";
import { type ServerStreamingMethod, type ServiceType, serviceType } from "@bowline/rpc/codegen/v1";
import { expect, it } from "vitest";
import { createChannel, type NodeChannelOptions } from "./channel.js";
import { Method } from "./fixtures/echo-service.js";
import { eventually } from "./fixtures/transport-server.js";
import { serve } from "./serve.js";

const ManyService: ServiceType<{ many: ServerStreamingMethod<typeof Method, typeof Method> }> =
  serviceType(undefined as never, 0, "test.v1.ManyService", {
    many: {
      kind: "server_streaming",
      name: "Many",
      input: Method,
      output: Method,
      idempotency: "unknown",
    },
  });

/** More than waits in a call, less than comes ahead of its reader. */
const messages = 30;
const name = "x".repeat(20_000);

it.each<[string, NodeChannelOptions]>([
  ["gRPC", { protocol: "grpc" }],
  ["Connect over HTTP/2", { httpVersion: "2" }],
])(
  "a caller that reads slowly gets all of an answer over %s whose server has stopped",
  async (_, options) => {
    async function* many() {
      for (let at = 0; at < messages; at++) yield { name };
    }
    const services = [implement(ManyService, { many })];
    await using server = await serve({ port: 0, services, signals: false });
    await using channel = createChannel(server.url, options);
    let read = 0;
    for await (const message of createClient(ManyService, channel).many({})) {
      expect(message.name).toBe(name);
      if (read++ > 0) continue;
      await eventually(() => server.describe().streams === 0);
      await server.stop();
    }
    expect(read).toBe(messages);
  },
);
