/**
 * Attacks on a server, each with its script; and for each counter a control: with that one switched off the same script
 * must go through, so that the test shows the counter at work and nothing else.
 */
import { describe, expect, it } from "vitest";
import { type AttackBudgets, defaultBudgets } from "./budget.js";
import type { ConnectionOptions } from "./connection-options.js";
import { ErrorCode } from "./error-code.js";
import {
  concat,
  data,
  frame,
  goaway,
  headers,
  literals,
  ping,
  postFields,
  rstStream,
  settings,
  windowUpdate,
} from "./fixtures/frames.js";
import { echo, startServer, type TestServer } from "./fixtures/server.js";
import { goawayCode } from "./fixtures/test-host.js";
import { Flag, FrameType } from "./frame.js";
import { MemoryPool } from "./memory-pool.js";

const off = { burst: Infinity, perSecond: 0 };

interface Attack {
  readonly name: string;
  readonly counter: keyof AttackBudgets;
  /** Frames of one round; odd streams are counted from 1. */
  round(index: number): Uint8Array;
  /** Rounds that the counter lets pass at once. */
  readonly rounds: number;
}

const streamOf = (index: number) => 2 * index + 1;
const endsStream = { endsStream: true };

/** A field of 4,000 bytes, named five times: past the limit of a list. */
const named = new Uint8Array(5).fill(0xbe);
const learned = concat([0x40], literals(["x", "v".repeat(4_000)]).slice(1), named);

const attacks: readonly Attack[] = [
  {
    name: "rapid reset (CVE-2023-44487)",
    counter: "resets",
    round: (i) => concat(headers(streamOf(i), endsStream), rstStream(streamOf(i), 8)),
    rounds: defaultBudgets.resets.burst,
  },
  {
    name: "rapid reset beside requests that are answered at once",
    counter: "resets",
    round: (i) => {
      const [answered, reset] = [streamOf(2 * i), streamOf(2 * i + 1)];
      const fields = [":method", "CONNECT", ":authority", "a:1"];
      return concat(
        headers(answered, { fields, endsStream: true }),
        headers(reset, endsStream),
        rstStream(reset, 8),
      );
    },
    rounds: Math.ceil((defaultBudgets.resets.burst - 1) / (1 - 1 / 8)),
  },
  {
    name: "a server made to reset: WINDOW_UPDATE of 0 (CVE-2025-8671, MadeYouReset)",
    counter: "resets",
    round: (i) => concat(headers(streamOf(i), endsStream), windowUpdate(streamOf(i), 0)),
    rounds: defaultBudgets.resets.burst,
  },
  {
    name: "a server made to reset: DATA behind END_STREAM",
    counter: "resets",
    round: (i) => concat(headers(streamOf(i), endsStream), data(streamOf(i), "12345")),
    rounds: defaultBudgets.resets.burst,
  },
  {
    name: "a server made to reset: malformed requests",
    counter: "resets",
    round: (i) => headers(streamOf(i), { fields: [":path", "/"] }),
    rounds: defaultBudgets.resets.burst,
  },
  {
    name: "a server made to reset: trailers past the limit",
    counter: "resets",
    round: (i) => {
      const trailers = frame(FrameType.headers, 5, streamOf(i), i === 0 ? learned : named);
      return concat(headers(streamOf(i)), trailers);
    },
    rounds: defaultBudgets.resets.burst,
  },
  {
    name: "streams past the limit",
    counter: "resets",
    round: (i) => headers(streamOf(i)),
    rounds: defaultBudgets.resets.burst + 250,
  },
  {
    name: "SETTINGS",
    counter: "settings",
    round: (i) => settings([[4, i]]),
    rounds: defaultBudgets.settings.burst - 1,
  },
  {
    name: "GOAWAY",
    counter: "settings",
    round: () => goaway(0, 0),
    rounds: defaultBudgets.settings.burst - 1,
  },
  { name: "PING", counter: "pings", round: () => ping(), rounds: defaultBudgets.pings.burst },
  {
    name: "PRIORITY",
    counter: "priorities",
    round: (i) => frame(FrameType.priority, 0, streamOf(i), [0, 0, 0, 0, 9]),
    rounds: defaultBudgets.priorities.burst,
  },
  {
    name: "PRIORITY_UPDATE",
    counter: "priorities",
    round: (i) => frame(FrameType.priorityUpdate, 0, 0, [0, 0, 0, streamOf(i) & 0x7f, 0x75]),
    rounds: defaultBudgets.priorities.burst,
  },
  {
    name: "WINDOW_UPDATE on the connection",
    counter: "windowUpdates",
    round: () => windowUpdate(0, 1),
    rounds: defaultBudgets.windowUpdates.burst,
  },
  {
    name: "WINDOW_UPDATE on a stream",
    counter: "windowUpdates",
    round: (i) => (i === 0 ? headers(1) : windowUpdate(1, 1)),
    rounds: defaultBudgets.windowUpdates.burst + 1,
  },
  {
    name: "empty DATA",
    counter: "emptyData",
    round: (i) => (i === 0 ? headers(1) : data(1, "")),
    rounds: defaultBudgets.emptyData.burst + 1,
  },
  {
    name: "DATA that is all padding",
    counter: "emptyData",
    round: (i) => (i === 0 ? headers(1) : frame(FrameType.data, Flag.padded, 1, [2, 0, 0])),
    rounds: defaultBudgets.emptyData.burst + 1,
  },
  {
    name: "DATA of one byte (CVE-2026-84304)",
    counter: "tinyData",
    round: (i) => (i === 0 ? headers(1) : data(1, "a")),
    rounds: defaultBudgets.tinyData.burst + 1,
  },
  {
    name: "frames of unknown types",
    counter: "strays",
    round: () => frame(0x42, 0, 0, [1]),
    rounds: defaultBudgets.strays.burst,
  },
  {
    name: "DATA on a stream that is over",
    counter: "strays",
    round: (i) => (i === 0 ? concat(headers(1), rstStream(1, 8)) : data(1, "12345")),
    rounds: defaultBudgets.strays.burst + 1,
  },
  {
    name: "RST_STREAM on a stream that is over",
    counter: "strays",
    round: (i) => (i === 0 ? concat(headers(1), rstStream(1, 8)) : rstStream(1, 8)),
    rounds: defaultBudgets.strays.burst + 1,
  },
];

function run(
  { round, rounds }: Attack,
  budgets: AttackBudgets,
  extra = 0,
): { server: TestServer; code: number | undefined } {
  const server = startServer({ budgets });
  let code: number | undefined;
  for (let i = 0; i < rounds + extra && code === undefined; i++) {
    code = goawayCode(server.send(round(i)));
  }
  return { server, code };
}

describe.each(attacks)("$name", (attack) => {
  it("goes through within the budget, and ends the connection beyond it, nothing left", () => {
    expect(run(attack, defaultBudgets).code).toBeUndefined();
    const { server, code } = run(attack, defaultBudgets, 1);
    expect(code).toBe(ErrorCode.enhanceYourCalm);
    expect(server.host.isClosed).toBe(true);
    expect(server.connection.streams).toBe(0);
  });

  it(`goes through when the counter of ${attack.counter} is off`, () => {
    const budgets = { ...defaultBudgets, [attack.counter]: off };
    const { code } = run(attack, budgets, 1_000);
    expect(code).toBeUndefined();
  });

  it("may go on at the pace at which the budget refills", () => {
    const { server } = run(attack, defaultBudgets);
    const stepMs = 1_000 / defaultBudgets[attack.counter].perSecond;
    for (let i = 0; i < 50; i++) {
      server.host.time += stepMs;
      expect(goawayCode(server.send(attack.round(attack.rounds + i)))).toBeUndefined();
    }
    let code: number | undefined;
    for (let i = 50; i < 60; i++) code ??= goawayCode(server.send(attack.round(attack.rounds + i)));
    expect(code).toBe(ErrorCode.enhanceYourCalm);
  });
});

describe("a server made to reset for want of memory", () => {
  /** Streams that send more than there is memory for, to a handler that does not read. */
  function flood(budgets: AttackBudgets): number {
    const server = startServer({ budgets, pool: new MemoryPool(50) }, ({ stream }) =>
      stream?.pause(),
    );
    let rounds = 0;
    while (!server.connection.isClosed && rounds < 3_000) {
      const id = streamOf(rounds++);
      const frames = server.send(headers(id), data(id, new Uint8Array(100)));
      if (!server.connection.isClosed) expect(frames.at(-1)?.type).toBe(FrameType.rstStream);
    }
    return rounds;
  }

  it("ends the connection", () => {
    expect(flood(defaultBudgets)).toBe(1_001);
    expect(flood({ ...defaultBudgets, resets: off })).toBe(3_000);
  });

  /** Streams that are refused because content on others fills the bound of the connection, or that of the process. */
  function refused(options: Partial<ConnectionOptions>, pooled: number): number {
    const pool = new MemoryPool(1_000);
    const server = startServer({ ...options, pool });
    server.send(headers(1));
    server.requests[0]?.stream?.pause();
    server.send(data(1, new Uint8Array(100)));
    pool.used += pooled;
    let rounds = 0;
    while (!server.connection.isClosed && rounds < 3_000) server.send(headers(streamOf(++rounds)));
    expect(server.requests).toHaveLength(1);
    return rounds;
  }

  it("ends the connection where its own content takes the memory, and no other", () => {
    expect(refused({ partialBytes: 100 }, 0)).toBe(1_001);
    expect(refused({ partialBytes: 100, budgets: { ...defaultBudgets, resets: off } }, 0)).toBe(
      3_000,
    );
    expect(refused({}, 900)).toBe(3_000);
  });
});

it("streams behind GOAWAY are ignored, but not without end", () => {
  const flood = (budgets: AttackBudgets) => {
    const server = startServer({ budgets });
    server.send(headers(1));
    server.connection.drain();
    server.host.time = 1_000;
    server.connection.tick();
    server.send();
    let code: number | undefined;
    for (let i = 1; i <= 1_001 && code === undefined; i++) {
      const frames = server.send(headers(streamOf(i)));
      if (frames.length > 0) code = goawayCode(frames);
    }
    expect(server.requests).toHaveLength(1);
    return code;
  };
  expect(flood(defaultBudgets)).toBe(ErrorCode.enhanceYourCalm);
  expect(flood({ ...defaultBudgets, resets: off })).toBeUndefined();
});

it("WINDOW_UPDATE for what was sent long ago ends the connection", () => {
  const flood = (budgets: AttackBudgets) => {
    const server = startServer({ budgets }, ({ stream }) => stream?.start(200, []));
    const open = concat(windowUpdate(0, 1_000_000), windowUpdate(1, 1_000_000));
    server.send(headers(1, endsStream), open);
    for (let i = 0; i < 17_000; i++) {
      server.requests[0]?.stream?.body.append(new Uint8Array(10));
      server.requests[0]?.stream?.flush();
      server.connection.flush();
    }
    const update = windowUpdate(0, 1);
    const updates = (frames: number) =>
      goawayCode(server.send(Buffer.concat(new Array(frames).fill(update))));
    return [updates(2 * 16_384 + defaultBudgets.windowUpdates.burst - 2), updates(1)];
  };
  expect(flood(defaultBudgets)).toEqual([undefined, ErrorCode.enhanceYourCalm]);
  expect(flood({ ...defaultBudgets, windowUpdates: off })).toEqual([undefined, undefined]);
});

describe("peers in good faith", () => {
  it("may ping once for each message that they get", () => {
    const server = startServer({}, echo);
    for (let i = 0; i < 5_000; i++) {
      const id = streamOf(i);
      const frames = server.send(headers(id), data(id, "12345", endsStream), ping());
      expect(goawayCode(frames)).toBeUndefined();
    }
  });

  it("may open windows twice for each DATA frame that they get", () => {
    const server = startServer({}, echo);
    for (let i = 0; i < 5_000; i++) {
      const id = streamOf(i);
      const opened = concat(windowUpdate(0, 5), windowUpdate(id, 5));
      const frames = server.send(headers(id), data(id, "12345", endsStream), opened);
      expect(goawayCode(frames)).toBeUndefined();
    }
  });

  it("may open windows twice for each 4 KiB that they get, as Go's do", () => {
    const server = startServer({}, ({ stream }) => stream?.start(200, []));
    const open = concat(windowUpdate(0, 2 ** 30), windowUpdate(1, 2 ** 30));
    server.send(headers(1, endsStream), open);
    const opened = concat(windowUpdate(0, 4_096), windowUpdate(1, 4_096));
    for (let i = 0; i < 2_000; i++) {
      server.requests[0]?.stream?.body.append(new Uint8Array(16_384));
      server.requests[0]?.stream?.flush();
      server.connection.flush();
      const frames = server.send(opened, opened, opened, opened);
      expect(goawayCode(frames)).toBeUndefined();
    }
  });

  it("may send what comes before each tiny message in a frame of its own, as connect-go does", () => {
    const server = startServer();
    server.send(headers(1));
    for (let i = 0; i < 5_000; i++) {
      const frames = server.send(data(1, "12345"), data(1, "a"));
      expect(goawayCode(frames)).toBeUndefined();
    }
  });

  it("may send a tiny message on each stream, and end it with an empty frame", () => {
    const server = startServer({}, echo);
    for (let i = 0; i < 5_000; i++) {
      const id = streamOf(i);
      const frames = server.send(headers(id), data(id, "a"), data(id, "", endsStream));
      expect(goawayCode(frames)).toBeUndefined();
    }
  });

  it("may go on sending what was answered early", () => {
    const server = startServer({}, ({ stream }) => stream?.respond(403, []));
    const trailers = literals(["x", "1"]);
    for (let i = 0; i < 2_000; i++) {
      const id = streamOf(i);
      const content = concat(data(id, "12345"), data(id, "12345"));
      const end = i % 2 === 0 ? rstStream(id, 8) : frame(FrameType.headers, 5, id, trailers);
      const late = concat(content, end);
      expect(goawayCode(server.send(headers(id), late))).toBeUndefined();
    }
  });
});

describe("calls that their clients give up", () => {
  /** Streams `from` to `to` begin, or are reset. */
  const all = (from: number, to: number, round: (id: number) => Uint8Array) =>
    Buffer.concat(Array.from({ length: to - from }, (_, i) => round(streamOf(from + i))));
  /** The same frame on another stream. */
  const moved = (bytes: Uint8Array) => (id: number) => {
    const copy = Buffer.from(bytes);
    copy.writeUInt32BE(id, 5);
    return copy;
  };
  const begin = moved(headers(1, endsStream));
  const cancel = moved(rstStream(1, 8));
  const many = { streams: 10_000 };

  it("may be 1,500 at once whose deadline both sides keep, again and again", () => {
    const server = startServer(many);
    for (let batch = 0; batch < 3; batch++) {
      const [from, to] = [batch * 1_500, (batch + 1) * 1_500];
      server.send(all(from, to, begin));
      for (const { stream } of server.requests.slice(from)) stream?.respond(200, ["a", "late"]);
      expect(goawayCode(server.send(all(from, to, cancel)))).toBeUndefined();
    }
    expect(server.requests).toHaveLength(4_500);
  });

  it("may be 1,500 at once after a while", () => {
    const server = startServer(many);
    for (let batch = 0; batch < 3; batch++) {
      const [from, to] = [batch * 1_500, (batch + 1) * 1_500];
      server.send(all(from, to, begin));
      server.host.time += 60;
      expect(goawayCode(server.send(all(from, to, cancel)))).toBeUndefined();
    }
    expect(server.connection.streams).toBe(0);
  });

  it.each([0, 20, 400])("may be 500 a second for a minute, %d ms old", (age) => {
    const server = startServer();
    const stepMs = 20;
    const each = 10;
    for (let step = 0; step < 3_000; step++) {
      const over = Math.max(0, step - age / stepMs) * each;
      const frames = server.send(
        all(step * each, (step + 1) * each, begin),
        step * stepMs < age ? Buffer.alloc(0) : all(over, over + each, cancel),
      );
      expect(goawayCode(frames)).toBeUndefined();
      server.host.time += stepMs;
    }
    expect(server.connection.isClosed).toBe(false);
  });

  it("may be all, 900 a second for twenty seconds, at ages that nobody knows beforehand", () => {
    const server = startServer();
    const ends = new Map<number, number[]>();
    let seed = 1;
    const random = () => {
      seed = (seed * 48_271) % 0x7fff_ffff;
      return seed / 0x7fff_ffff;
    };
    for (let step = 0; step < 2_000; step++) {
      const begun = Array.from({ length: 9 }, (_, i) => streamOf(step * 9 + i));
      for (const id of begun) {
        const end = step + Math.floor(random() * 10);
        ends.set(end, [...(ends.get(end) ?? []), id]);
      }
      const over = (ends.get(step) ?? []).map(cancel);
      ends.delete(step);
      const frames = server.send(Buffer.concat([...begun.map(begin), ...over]));
      expect(goawayCode(frames)).toBeUndefined();
      server.host.time += 10;
    }
  });

  it("may be any number where something of the answer has left", () => {
    const server = startServer({}, ({ stream }) => stream?.start(200, []));
    for (let i = 0; i < 3_000; i++) {
      const frames = server.send(begin(streamOf(i)), cancel(streamOf(i)));
      expect(goawayCode(frames)).toBeUndefined();
    }
  });

  it("may be an eighth of those that are answered, however many, at once and all new", () => {
    const server = startServer({}, ({ request, stream }) => {
      if (request?.path === "/answered") stream?.respond(200, []);
    });
    const answered = postFields.map((each) => (each.startsWith("/") ? "/answered" : each));
    const begins = moved(headers(1, { fields: answered, endsStream: true }));
    for (let i = 0; i < 20_000; i += 10) {
      const cancelled = streamOf(i + 9);
      const frames = server.send(all(i, i + 9, begins), begin(cancelled), cancel(cancelled));
      expect(goawayCode(frames)).toBeUndefined();
    }
  });

  it("are given up once: a second reset of each is counted", () => {
    const twice = (budgets: AttackBudgets) => {
      const server = startServer({ ...many, budgets }, ({ stream }) => stream?.respond(200, []));
      const last = 2_000;
      expect(goawayCode(server.send(all(0, last, begin), all(0, last, cancel)))).toBeUndefined();
      return [
        goawayCode(server.send(all(0, 1_000, cancel))),
        goawayCode(server.send(all(1_000, 1_001, cancel))),
      ];
    };
    expect(twice(defaultBudgets)).toEqual([undefined, ErrorCode.enhanceYourCalm]);
    expect(twice({ ...defaultBudgets, strays: off })).toEqual([undefined, undefined]);
  });

  it("pay for no others: rapid resets between them are counted as if alone", () => {
    const attack = (budgets: AttackBudgets) => {
      const server = startServer({ budgets });
      server.send(begin(1), cancel(1));
      let rounds = 0;
      for (let i = 1; !server.connection.isClosed && rounds < 3_000; i += 2) {
        server.send(begin(streamOf(i)));
        // The budget does not refill: the clock is what others see of it.
        server.host.time += 60;
        server.send(cancel(streamOf(i)), begin(streamOf(i + 1)), cancel(streamOf(i + 1)));
        rounds++;
      }
      return rounds;
    };
    expect(attack({ ...defaultBudgets, resets: { burst: 1_000, perSecond: 0 } })).toBe(1_000);
    expect(attack({ ...defaultBudgets, resets: off })).toBe(3_000);
  });
});

describe("header blocks", () => {
  /** A header block in as many CONTINUATION frames, of which the last does not end it. */
  function flood(options: Partial<ConnectionOptions>, frames: number, bytes: number) {
    const server = startServer(options);
    const piece = literals(Array.from({ length: bytes / 4 }, () => ["a", ""]).flat());
    server.send(frame(FrameType.headers, 0, 1, literals(postFields)));
    let code: number | undefined;
    for (let i = 0; i < frames && code === undefined; i++) {
      code = goawayCode(server.send(frame(FrameType.continuation, 0, 1, piece)));
    }
    return code;
  }

  it("of too many CONTINUATION frames, empty ones too, end the connection (CVE-2024-27983)", () => {
    expect(flood({}, 16, 0)).toBeUndefined();
    expect(flood({}, 17, 0)).toBe(ErrorCode.enhanceYourCalm);
    expect(flood({ continuations: Infinity }, 5_000, 0)).toBeUndefined();
  });

  it("that are too large end the connection, before they are complete", () => {
    expect(flood({}, 6, 13_600)).toBeUndefined();
    expect(flood({}, 7, 13_600)).toBe(ErrorCode.enhanceYourCalm);
    expect(flood({ headerListBytes: 1_000_000 }, 16, 13_600)).toBeUndefined();
  });

  it("under way take memory that all connections share, and give it back", () => {
    const pool = new MemoryPool(100_000);
    const servers = [startServer({ pool }), startServer({ pool })];
    const pieces = Array.from({ length: 8 }, () => new Uint8Array(8_000));
    const codes = servers.map((server) =>
      goawayCode(
        server.send(
          frame(FrameType.headers, 0, 1, literals(postFields)),
          ...pieces.map((piece) => frame(FrameType.continuation, 0, 1, piece)),
        ),
      ),
    );
    expect(codes).toEqual([undefined, ErrorCode.enhanceYourCalm]);
    expect(pool.used).toBe(64_000 + literals(postFields).length);
    servers[0]?.connection.disconnected();
    expect(pool.used).toBe(0);
    expect(flood({ pool: new MemoryPool(Infinity) }, 8, 8_000)).toBeUndefined();
  });

  it("that name a large field again and again cost no more than the limit (HPACK bomb)", () => {
    const large = "v".repeat(4_000);
    const learned = concat([0x40], literals(["x", large]).slice(1));
    const bomb = concat(literals(postFields), learned, new Uint8Array(10_000).fill(0xbe));
    const send = (options: Partial<ConnectionOptions>) => {
      const server = startServer(options);
      const frames = server.send(frame(FrameType.headers, 5, 1, bomb));
      return { server, frames };
    };
    const { server, frames } = send({});
    expect(server.requests).toEqual([]);
    expect(frames[0]?.type).toBe(FrameType.headers);
    expect(Buffer.from(frames[1]?.payload ?? []).toString()).toContain("16384 bytes");
    const control = send({ headerListBytes: Infinity });
    expect(control.server.requests[0]?.request?.fields.length).toBe(20_002);
  });
});

describe("memory", () => {
  it("of paused streams is bounded over all connections, and given back", () => {
    const pool = new MemoryPool(100_000);
    const servers = [startServer({ pool }), startServer({ pool })];
    for (const server of servers) {
      server.send(headers(1));
      server.requests[0]?.stream?.pause();
    }
    const [first, second] = servers as [TestServer, TestServer];
    for (let i = 0; i < 5; i++) first.send(data(1, new Uint8Array(10_000)));
    for (let i = 0; i < 5; i++) second.send(data(1, new Uint8Array(10_000)));
    expect(pool.used).toBe(100_000);
    second.send(data(1, new Uint8Array(1)));
    expect(second.requests[0]?.interruption).toMatchObject({ cause: "limit" });
    expect(pool.used).toBe(50_000);
    first.connection.disconnected();
    expect(pool.used).toBe(0);
    const control = startServer({ pool: new MemoryPool(Infinity) });
    control.send(headers(1));
    control.requests[0]?.stream?.pause();
    for (let i = 0; i < 26; i++) control.send(data(1, new Uint8Array(10_000)));
    expect(control.requests[0]?.interruption).toBeUndefined();
  });

  it("of windows that were widened is bounded over all connections, and given back", () => {
    const pool = new MemoryPool(400_000);
    const servers = Array.from({ length: 4 }, () => startServer({ pool }, echo));
    for (const server of servers) {
      for (let i = 0; i < 20; i++) {
        server.send(headers(streamOf(i)), data(streamOf(i), new Uint8Array(16_000), endsStream));
      }
    }
    expect(pool.granted).toBeGreaterThan(100_000);
    expect(pool.granted).toBeLessThanOrEqual(200_000);
    for (const server of servers) server.connection.disconnected();
    expect(pool.granted).toBe(0);
  });

  it("of a peer whose windows are shut is the requests' that are under way, and no more", () => {
    const options = { queuedBytes: 100_000 };
    const answer = (limit: number) => {
      const server = startServer({ ...options, queuedBytes: limit }, ({ stream }) => {
        stream?.body.append(new Uint8Array(10_000));
        stream?.respond(200, []);
      });
      server.send(settings([[4, 0]]));
      for (let i = 0; i < 200; i++) server.send(headers(streamOf(i), endsStream));
      return server.requests.length;
    };
    expect(answer(100_000)).toBe(11);
    expect(answer(Infinity)).toBe(200);
  });
});
