/** The load of the soak: channels of every way to make a call, and workers that call over them until they are told to stop. */
import { createChannel, gzip } from "@bowline/node";
import { createClient } from "@bowline/rpc";
import { makeCall } from "./calls.mjs";
import { authority } from "./certificates.mjs";
import { SoakService } from "./service.mjs";

const spoken = [
  { protocol: "connect", httpVersion: "1.1" },
  { protocol: "connect", httpVersion: "2" },
  { protocol: "grpc", httpVersion: "2" },
  { protocol: "grpc-web", httpVersion: "1.1" },
  { protocol: "grpc-web", httpVersion: "2" },
];

/** Each protocol over each HTTP version that it has, in cleartext and over TLS, with gzip and without. */
export const ways = spoken.flatMap((way) =>
  ["cleartext", "tls"].flatMap((name) =>
    [false, true].map((isCompressed) => ({ ...way, name, isCompressed })),
  ),
);

/** @param {(typeof ways)[number]} way */
export function openChannel({ name, isCompressed, ...spoken }, port) {
  const isSecure = name === "tls";
  return createChannel(`${isSecure ? "https" : "http"}://127.0.0.1:${port}`, {
    ...spoken,
    limits: { stallTimeoutMs: 5_000 },
    ...(isSecure ? { tls: { ca: authority, serverName: "localhost" } } : {}),
    ...(isCompressed ? { compression: { send: gzip(), accept: [gzip()], minBytes: 256 } } : {}),
  });
}

/** A way to the servers, whose channel is replaced when it cannot connect: it would fail the next calls without trying. */
class Lane {
  #channel;
  #closing = [];
  /** @param {(typeof ways)[number]} way */
  constructor(way, port) {
    this.way = way;
    this.port = port;
    this.isHalfDuplex = way.httpVersion === "1.1";
    this.#open();
  }

  #open() {
    this.#channel = openChannel(this.way, this.port);
    this.client = createClient(SoakService, this.#channel);
  }

  replace(client) {
    if (client !== this.client) return;
    this.#closing.push(this.#close(this.#channel));
    this.#open();
  }

  /** Closes all of it. A stream that stays is an error. */
  async close() {
    this.#closing.push(this.#close(this.#channel));
    await Promise.all(this.#closing);
  }

  async #close(channel) {
    await channel.close();
    const streams = () => {
      const { waitingStreams, subchannels } = channel.describe();
      return subchannels.reduce(
        (sum, { connection }) => sum + (connection?.openStreams ?? 0),
        waitingStreams,
      );
    };
    for (let i = 0; streams() > 0; i++) {
      if (i > 200) throw new Error(`a closed channel has ${streams()} streams`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Fails for what does not come to an end. */
export async function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not end within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Calls until `isOver`, several at a time over each way, then closes the channels.
 * @param {{ ports: Record<string, number>, isOver: () => boolean, claims: import("./ledger.mjs").Claims, tally: (name: string) => void, random: ReturnType<typeof import("../protobuf-fuzz/random.mjs").createRandom> }} load
 */
export async function runLoad({ ports, isOver, claims, tally, random, workersEach = 2 }) {
  const lanes = ways.map((way) => new Lane(way, ports[way.name]));
  const worker = async (lane) => {
    while (!isOver()) {
      const { client, isHalfDuplex } = lane;
      const call = makeCall({ client, isHalfDuplex, claims, tally }, random);
      const error = await within(20_000, `a call (${JSON.stringify(lane.way)})`, call);
      if (error?.reason !== "BOWLINE_UNREACHABLE") continue;
      tally("channel replaced");
      lane.replace(client);
    }
  };
  await Promise.all(
    lanes.flatMap((lane) => Array.from({ length: workersEach }, () => worker(lane))),
  );
  await Promise.all(lanes.map((lane) => lane.close()));
}
