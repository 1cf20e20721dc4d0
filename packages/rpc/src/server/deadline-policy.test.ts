import { afterEach, expect, it, vi } from "vitest";
import { EchoService } from "../fixtures/echo-service.js";
import { fakeServer } from "../fixtures/fake-server-stream.js";
import { type DeadlinePolicy, grantedMs } from "./deadline-policy.js";
import { implement } from "./implement.js";
import { createRequestHandler } from "./request-handler.js";

afterEach(() => {
  vi.useRealTimers();
});

it.each([
  [{}, undefined, undefined],
  [{}, 5, 5],
  [{ defaultMs: 7 }, undefined, 7],
  [{ defaultMs: 7 }, 5, 5],
  [{ maxMs: 10 }, undefined, 10],
  [{ maxMs: 10 }, 9, 9],
  [{ maxMs: 10 }, 10, 10],
  [{ maxMs: 10 }, 11, 10],
  [{ minMs: 10 }, 9, 10],
  [{ minMs: 10 }, 10, 10],
  [{ minMs: 10 }, 11, 11],
  [{ minMs: 10 }, undefined, undefined],
  [{ minMs: 2, maxMs: 20, defaultMs: 30 }, undefined, 20],
] as const)("%j grants a caller that asks for %s ms: %s ms", (policy, asked, granted) => {
  expect(grantedMs(policy, asked)).toBe(granted);
});

it("refuses a minimum above the maximum, and what is no duration, at the start", () => {
  const make = (deadline: DeadlinePolicy, routes = {}) =>
    createRequestHandler({ services: [implement(EchoService, {})], deadline, routes });
  expect(() => make({ minMs: 2, maxMs: 1 })).toThrow(/minMs is 2, more than its maxMs of 1/);
  expect(() => make({ defaultMs: "5" as never })).toThrow(
    /deadline.defaultMs must be milliseconds/,
  );
  expect(() => make({ defaultMs: Number.NaN })).toThrow(/deadline.defaultMs must be milliseconds/);
  expect(() => make({ default: 5 } as never)).toThrow(
    /has no option "default"; did you mean defaultMs/,
  );
  const echo = "/test.v1.EchoService/Echo";
  expect(() => make({ maxMs: 1 }, { [echo]: { deadline: { minMs: 2 } } })).toThrow(
    /the deadline of \/test.v1.EchoService\/Echo.minMs is 2/,
  );
});

it("holds for the route that it is named for, the method's own before the service's", async () => {
  vi.useFakeTimers();
  const service = implement(EchoService, {
    echo: () => new Promise(() => {}),
    other: () => new Promise(() => {}),
    lookUp: () => new Promise(() => {}),
  });
  const call = fakeServer([service], {
    deadline: { defaultMs: 300 },
    routes: {
      "/test.v1.EchoService/*": { deadline: { defaultMs: 200 } },
      "/test.v1.EchoService/Other": { deadline: { defaultMs: 100 } },
    },
  });
  const ended: string[] = [];
  for (const name of ["Echo", "Other"]) {
    const target = `/test.v1.EchoService/${name}`;
    const headers = { "content-type": "application/proto" };
    call({ target, headers, body: "" }).answer.then(({ status }) =>
      ended.push(`${name} ${status}`),
    );
  }
  await vi.advanceTimersByTimeAsync(101);
  expect(ended).toEqual(["Other 504"]);
  await vi.advanceTimersByTimeAsync(100);
  expect(ended).toEqual(["Other 504", "Echo 504"]);
});

it("costs a call that is answered at once no timer, and one that is not its time", async () => {
  vi.useFakeTimers();
  const timers = vi.spyOn(globalThis, "setTimeout");
  let isSlow = false;
  const left: (number | undefined)[] = [];
  const service = implement(EchoService, {
    echo: async (_request, call) => {
      if (!isSlow) return {};
      await new Promise((resolve) => call.signal.addEventListener("abort", resolve));
      left.push(call.timeRemainingMs());
      return {};
    },
    other: async (_request, call) => {
      vi.advanceTimersByTime(100);
      left.push(call.timeRemainingMs());
      return {};
    },
  });
  const call = fakeServer([service], { deadline: { defaultMs: 1_000 } });
  const ask = async (name: string) => {
    const headers = { "content-type": "application/proto" };
    const { answer } = call({ target: `/test.v1.EchoService/${name}`, headers, body: "" });
    return (await answer).status;
  };
  expect(await ask("Echo")).toBe(200);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(timers).not.toHaveBeenCalled();
  expect(await ask("Other")).toBe(200);
  expect(left).toEqual([900]);
  isSlow = true;
  const late = ask("Echo");
  await vi.advanceTimersByTimeAsync(999);
  expect(left).toEqual([900]);
  await vi.advanceTimersByTimeAsync(2);
  expect(await late).toBe(504);
  expect(left).toEqual([900, 0]);
  expect(vi.getTimerCount()).toBe(0);
});

it("fails at the start for a route that is not served", () => {
  const make = (path: string) =>
    createRequestHandler({
      services: [implement(EchoService, {})],
      routes: { [path]: { receivedMessageBytes: 1 } },
    });
  for (const path of ["/test.v1.EchoService/Ecko", "/test.v1.Other/*", "Echo", "/*"]) {
    expect(() => make(path)).toThrow(`routes names ${JSON.stringify(path)}, which is not served`);
  }
  make("/test.v1.EchoService/Echo");
});
