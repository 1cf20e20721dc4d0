import { describe, expect, it } from "vitest";
import { defaultOptions } from "./connection-options.js";
import type { ConnectionHost } from "./host.js";
import { Keepalive } from "./keepalive.js";

const host = (now: number) => ({ now: () => now }) as ConnectionHost;
const times = { keepaliveMs: 100, keepaliveTimeoutMs: 50 };

describe("keepalive", () => {
  it("asks when nothing came for its time, once, and gives up without an answer", () => {
    const keepalive = new Keepalive({ ...defaultOptions, ...times }, 1_000);
    expect(keepalive.dueMs(1_000)).toBe(100);
    expect(keepalive.look(1_099, true)).toBeUndefined();
    expect(keepalive.look(1_100, true)).toBe("ask");
    expect(keepalive.dueMs(1_100)).toBe(50);
    expect(keepalive.look(1_149, true)).toBeUndefined();
    expect(keepalive.look(1_150, true)).toBe("give up");
  });

  it("takes whatever comes for a sign of life, at the time at which it came", () => {
    const keepalive = new Keepalive({ ...defaultOptions, ...times }, 0);
    keepalive.received(host(60));
    expect(keepalive.look(159, true)).toBeUndefined();
    expect(keepalive.look(160, true)).toBe("ask");
    keepalive.received(host(200));
    expect(keepalive.look(299, true)).toBeUndefined();
    expect(keepalive.look(300, true)).toBe("ask");
  });

  it("takes what came for one that came at the next look, if its time is long", () => {
    const options = { ...defaultOptions, keepaliveMs: 60_001 };
    const keepalive = new Keepalive(options, 0);
    keepalive.received(host(1_000));
    expect(keepalive.look(10_000, true)).toBeUndefined();
    expect(keepalive.look(70_000, true)).toBeUndefined();
    expect(keepalive.look(70_001, true)).toBe("ask");
  });

  it("leaves a peer in peace while no stream is open, if told so, and always without a time", () => {
    const whenActive = { ...defaultOptions, ...times, keepaliveWhenIdle: false };
    const keepalive = new Keepalive(whenActive, 0);
    expect(keepalive.look(1_000, false)).toBeUndefined();
    expect(keepalive.look(1_000, true)).toBe("ask");
    const never = new Keepalive(defaultOptions, 0);
    expect(never.look(1e9, true)).toBeUndefined();
    expect(never.dueMs(1e9)).toBe(Infinity);
  });
});
