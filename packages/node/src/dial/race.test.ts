import { lookup } from "node:dns";
import { connect, Socket } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { raceConnect } from "./race.js";

vi.mock("node:dns", () => ({ lookup: vi.fn() }));
vi.mock("node:net", async (original) => ({
  ...(await original<typeof import("node:net")>()),
  connect: vi.fn(),
}));

/** The sockets that were asked for: nothing happens to them unless a test makes it. */
let sockets: { readonly host: string; readonly socket: Socket }[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  vi.mocked(connect).mockImplementation(((options: { host: string; path?: string }) => {
    const socket = new Socket();
    sockets.push({ host: options.host ?? options.path, socket });
    return socket;
  }) as never);
});
afterEach(() => {
  vi.useRealTimers();
});

const settings = { addressTimeoutMs: 5_000, nextAddressMs: 250, ref: true };
const hosts = () => sockets.map(({ host }) => host);

/** Races to these addresses; the outcomes that were told. */
function race(...addresses: string[]): { outcomes: (string | Socket)[]; stop: () => void } {
  vi.mocked(lookup).mockImplementation(((_host: string, _options: object, done: unknown) => {
    const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    (done as (error: null, addresses: object[]) => void)(null, found);
  }) as never);
  const outcomes: (string | Socket)[] = [];
  const stop = raceConnect({ host: "greeter", port: 80 }, settings, (error, socket) => {
    outcomes.push(socket ?? String((error as NodeJS.ErrnoException).code));
  });
  return { outcomes, stop };
}

const failed = (index: number, code: string) =>
  (sockets[index] as { socket: Socket }).socket.emit(
    "error",
    Object.assign(new Error(code), { code }),
  );
const connected = (index: number) => (sockets[index] as { socket: Socket }).socket.emit("connect");

it("tries the families in turn, each address 250 ms after the one before", () => {
  race("::1", "::2", "10.0.0.1", "10.0.0.2");
  expect(hosts()).toEqual(["::1"]);
  vi.advanceTimersByTime(249);
  expect(hosts()).toEqual(["::1"]);
  vi.advanceTimersByTime(1);
  expect(hosts()).toEqual(["::1", "10.0.0.1"]);
  vi.advanceTimersByTime(500);
  expect(hosts()).toEqual(["::1", "10.0.0.1", "::2", "10.0.0.2"]);
});

it("takes the first that connects, though it began later, and closes the others", () => {
  const { outcomes } = race("::1", "10.0.0.1", "10.0.0.2");
  vi.advanceTimersByTime(250);
  connected(1);
  expect(outcomes).toEqual([sockets[1]?.socket]);
  expect(sockets.map(({ socket }) => socket.destroyed)).toEqual([true, false]);
  vi.advanceTimersByTime(60_000);
  expect(hosts()).toEqual(["::1", "10.0.0.1"]);
  expect(outcomes).toHaveLength(1);
});

it("goes on to the next address at once when one fails, and fails with the first one's reason", () => {
  const { outcomes } = race("::1", "10.0.0.1");
  failed(0, "ECONNREFUSED");
  expect(hosts()).toEqual(["::1", "10.0.0.1"]);
  expect(outcomes).toEqual([]);
  failed(1, "EHOSTUNREACH");
  expect(outcomes).toEqual(["ECONNREFUSED"]);
});

it("gives up on an address after 5 s", async () => {
  const { outcomes } = race("10.0.0.1");
  vi.advanceTimersByTime(4_999);
  await vi.advanceTimersByTimeAsync(0);
  expect(outcomes).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(outcomes).toEqual(["ETIMEDOUT"]);
  expect(vi.getTimerCount()).toBe(0);
});

it("tells nothing after it was stopped, and leaves nothing behind", async () => {
  const { outcomes, stop } = race("::1", "10.0.0.1");
  vi.advanceTimersByTime(250);
  stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(outcomes).toEqual([]);
  expect(sockets.every(({ socket }) => socket.destroyed)).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

it("asks nobody for the address of an address", () => {
  vi.mocked(lookup).mockClear();
  raceConnect({ host: "::1", port: 1 }, settings, () => {});
  raceConnect({ path: "/run/x" }, settings, () => {});
  expect(lookup).not.toHaveBeenCalled();
  expect(hosts()).toEqual(["::1", "/run/x"]);
});

it("fails when the name is not known", () => {
  vi.mocked(lookup).mockImplementation(((_host: string, _options: object, done: unknown) => {
    (done as (error: Error) => void)(Object.assign(new Error("x"), { code: "ENOTFOUND" }));
  }) as never);
  const codes: unknown[] = [];
  raceConnect({ host: "nowhere", port: 1 }, settings, (error) => {
    codes.push((error as NodeJS.ErrnoException).code);
  });
  expect(codes).toEqual(["ENOTFOUND"]);
});
