import {
  type Client,
  type Compression,
  createClient,
  implement,
  type RpcError,
} from "@bowline/rpc";
import { createMemoryChannel } from "@bowline/rpc/memory";
import { expect, it } from "vitest";
import { ConformanceService } from "../gen/connectrpc/conformance/v1/service.pb.js";
import { snappy } from "./snappy.js";

const zeros = new Uint8Array(100_000);

/** Counts what it is made to put out: a compression that is not built in, watched. */
class WatchedSnappy implements Compression {
  readonly name = snappy.name;
  appended = 0;

  compress(bytes: Uint8Array): Uint8Array | Promise<Uint8Array> {
    return snappy.compress(bytes);
  }

  decompress(bytes: Uint8Array, sink: Parameters<Compression["decompress"]>[1]): void {
    const counting = {
      remaining: sink.remaining,
      append: (piece: Uint8Array) => {
        sink.append(piece);
        this.appended += piece.length;
      },
    };
    snappy.decompress(bytes, counting);
  }
}

function client(
  compression: Compression,
  limits: { readonly server: number; readonly client: number },
): Client<typeof ConformanceService.methods> {
  const service = implement(ConformanceService, {
    unary: () => ({ payload: { data: zeros } }),
    async *serverStream() {
      yield { payload: { data: zeros } };
    },
    async clientStream(requests) {
      for await (const _ of requests);
      return {};
    },
  });
  const channel = createMemoryChannel([service], {
    receivedMessageBytes: limits.client,
    compression: { send: compression, accept: [compression], minBytes: 0 },
    server: {
      limits: { receivedMessageBytes: limits.server },
      compression: { algorithms: [compression], minBytes: 0 },
    },
  });
  return createClient(ConformanceService, channel);
}

async function* once<T>(message: T): AsyncGenerator<T> {
  yield message;
}

async function firstOf(responses: AsyncIterable<unknown>): Promise<unknown> {
  for await (const response of responses) return response;
  return undefined;
}

const calls = {
  unary: (service: ReturnType<typeof client>) => service.unary({ requestData: zeros }),
  "server stream": (service: ReturnType<typeof client>) => firstOf(service.serverStream({})),
  "client stream": (service: ReturnType<typeof client>) =>
    service.clientStream(once({ requestData: zeros })),
};

it("is small on the wire, so that only the decompressed size can pass the limit", async () => {
  expect((await snappy.compress(zeros)).length).toBeLessThan(10_000);
});

it.each(Object.entries(calls))("carries a %s within the limits", async (_, call) => {
  const compression = new WatchedSnappy();
  await call(client(compression, { server: 200_000, client: 200_000 }));
  expect(compression.appended).toBeGreaterThanOrEqual(zeros.length);
});

it.each([
  ["unary", { server: 50_000, client: 200_000 }],
  ["client stream", { server: 50_000, client: 200_000 }],
  ["unary", { server: 200_000, client: 50_000 }],
  ["server stream", { server: 200_000, client: 50_000 }],
] as const)(
  "ends a %s whose message is past the limits %j once decompressed, without taking it",
  async (kind, limits) => {
    const compression = new WatchedSnappy();
    const failed = Promise.resolve(calls[kind](client(compression, limits)));
    await expect(failed).rejects.toMatchObject({
      code: "resource_exhausted",
    } satisfies Partial<RpcError>);
    // A request that the server took counts, too.
    const other = kind === "unary" && limits.server > limits.client ? zeros.length + 10 : 10;
    expect(compression.appended).toBeLessThanOrEqual(50_000 + other);
  },
);
