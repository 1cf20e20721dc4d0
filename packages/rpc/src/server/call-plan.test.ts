import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { enveloped } from "../fixtures/envelopes.js";
import { type Answer, FakeServerStream } from "../fixtures/fake-server-stream.js";
import { reversing } from "../fixtures/reversing-compression.js";
import type { RequestMemo } from "../transport/server-stream.js";
import { CallPlan, decisiveHeaders } from "./call-plan.js";
import { implement } from "./implement.js";
import { createRequestHandler } from "./request-handler.js";

let times: (number | undefined)[] = [];
beforeEach(() => {
  times = [];
});

const service = implement(EchoService, {
  echo: (request, call) => {
    const left = call.timeRemainingMs();
    times.push(left === undefined ? undefined : Math.ceil(left / 1_000));
    return { name: `${request.name} ${call.requestHeaders.get("x-trace")}` };
  },
});
const accept = createRequestHandler({
  services: [service],
  compression: { algorithms: [reversing], minBytes: 0 },
  onError: () => {},
});

/** A stream of a transport that knows requests again, and that says which headers were looked at. */
class KnownStream extends FakeServerStream {
  readonly memo: RequestMemo;
  readonly looked: Set<string> = new Set();
  readonly #values: readonly string[];

  constructor(target: string, fields: Record<string, string>, memos: Map<string, RequestMemo>) {
    super("POST", target, fields, "2");
    this.#values = Object.values(fields);
    const names = Object.keys(fields);
    const decisive = names.map((name) => (decisiveHeaders.has(name) ? fields[name] : ""));
    const key = JSON.stringify([target, names, decisive]);
    const memo = memos.get(key) ?? { plan: undefined, indexOf: (name) => names.indexOf(name) };
    memos.set(key, memo);
    this.memo = memo;
    const { headers, looked } = this;
    const get = headers.get.bind(headers);
    Object.assign(headers, {
      get(name: string) {
        looked.add(name);
        return get(name);
      },
    });
  }

  headerAt(index: number): string {
    return this.#values[index] as string;
  }
}

const message = Method.encode({ name: "a" });
const bodies: Record<string, Uint8Array> = {
  plain: enveloped([0, message]),
  reversed: enveloped([1, message.slice().reverse()]),
};

async function ask(stream: FakeServerStream, body: Uint8Array): Promise<Answer> {
  stream.receiver = accept(stream);
  stream.send(body);
  stream.receiver?.end();
  return stream.answer;
}

const fields = fc.record(
  {
    "content-type": fc.constantFrom(
      ...["application/grpc", "application/grpc", "application/grpc+proto"],
      ...["application/grpc+json", "application/grpc-web", "application/grpc+none"],
    ),
    "grpc-timeout": fc.constant<string>(""),
    "x-trace": fc.constant<string>(""),
    "grpc-encoding": fc.constantFrom("identity", "reversing", "none"),
    "grpc-accept-encoding": fc.constantFrom("identity", "reversing"),
  },
  { requiredKeys: ["content-type", "x-trace"] },
);
const time = fc.constantFrom("5S", "9S", "70000m", "2H", "0m", "5", "S", "-1S", "");
const target = fc.constantFrom(
  ...["/test.v1.EchoService/Echo", "/test.v1.EchoService/Echo"],
  ...["/test.v1.EchoService/Other", "/test.v1.EchoService/None"],
);

describe("a plan for requests with the same decisive headers", () => {
  it("leads to the answers that each request would get alone", async () => {
    let planned = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(target, fields, fc.constantFrom("plain", "plain", "reversed")), {
          minLength: 1,
          maxLength: 3,
        }),
        fc.array(fc.tuple(fc.nat({ max: 2 }), time, fc.nat()), { minLength: 20, maxLength: 40 }),
        async (requests, steps) => {
          const memos = new Map<string, RequestMemo>();
          for (const [which, timeout, trace] of steps) {
            const [path, fields, form] = requests[which % requests.length] as (typeof requests)[0];
            const headers = { ...fields, "x-trace": String(trace) };
            if (headers["grpc-timeout"] !== undefined) headers["grpc-timeout"] = timeout;
            const body = bodies[form] as Uint8Array;
            const known = new KnownStream(path, headers, memos);
            if (known.memo.plan !== undefined) planned++;
            const found = await ask(known, body);
            const alone = await ask(new FakeServerStream("POST", path, headers, "2"), body);
            expect(shown(found)).toEqual(shown(alone));
            const [first, second] = times;
            expect(first).toBe(second);
            times = [];
          }
        },
      ),
      { seed: 14, numRuns: 100 },
    );
    expect(planned).toBeGreaterThan(300);
  });

  it("is made by those headers, and by the time that is looked at each time, alone", async () => {
    const headers = {
      ...{ "content-type": "application/grpc", "grpc-timeout": "5S", "x-trace": "1" },
      ...{ "grpc-encoding": "reversing", "grpc-accept-encoding": "reversing" },
    };
    const stream = new KnownStream("/test.v1.EchoService/Echo", headers, new Map());
    stream.receiver = accept(stream);
    expect(stream.memo.plan).toBeInstanceOf(CallPlan);
    const looked = [...stream.looked].filter((name) => name !== "grpc-timeout").sort();
    expect(looked).toEqual([...decisiveHeaders].sort());
    stream.looked.clear();
    const next = new KnownStream("/test.v1.EchoService/Echo", headers, new Map());
    next.memo.plan = stream.memo.plan;
    next.receiver = accept(next);
    expect([...next.looked]).toEqual([]);
    expect(next.receiver).toBeDefined();
  });
});

function shown({ status, headers, trailers, body }: Answer): unknown {
  return { status, headers: [...headers], trailers: [...trailers], body: [...body] };
}
