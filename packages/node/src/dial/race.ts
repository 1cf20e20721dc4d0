import { type LookupAddress, lookup } from "node:dns";
import { connect, isIP, type Socket } from "node:net";
import type { Place } from "../target.js";
import { timedOut } from "./failure.js";

/** How long connecting may take, and what it holds up. */
export interface RaceSettings {
  /** Milliseconds for one address. */
  readonly addressTimeoutMs: number;
  /** Milliseconds until the next address is tried beside the one that has not answered yet (RFC 8305). */
  readonly nextAddressMs: number;
  /** Whether the attempt keeps the process alive. */
  readonly ref: boolean;
}

/** Takes the outcome: a connected socket, or why there is none. Not called inside the call that begins. */
export type RaceDone = (error: Error | undefined, socket?: Socket) => void;

/**
 * Connects to a place: looks the host up and tries its addresses, families alternating, each a little later than the one
 * before or as soon as that one failed. The first connection wins, and the others are closed.
 * @returns gives up; `done` is not called any more.
 */
export function raceConnect(place: Place, settings: RaceSettings, done: RaceDone): () => void {
  const race = new Race(place, settings, done);
  race.start();
  return () => race.stop();
}

class Race {
  readonly #place: Place;
  readonly #settings: RaceSettings;
  readonly #done: RaceDone;
  readonly #attempts = new Set<Socket>();
  #queue: LookupAddress[] = [];
  #nextTimer: ReturnType<typeof setTimeout> | undefined;
  #firstError: Error | undefined;
  #over = false;

  constructor(place: Place, settings: RaceSettings, done: RaceDone) {
    this.#place = place;
    this.#settings = settings;
    this.#done = done;
  }

  start(): void {
    const place = this.#place;
    if ("path" in place) return this.#watch(connect({ path: place.path }));
    const family = isIP(place.host);
    if (family !== 0) {
      this.#queue = [{ address: place.host, family }];
      return this.#tryNext();
    }
    lookup(place.host, { all: true }, (error, addresses) => {
      if (this.#over) return;
      if (error !== null) return this.#finish(error);
      this.#queue = alternate(addresses);
      this.#tryNext();
    });
  }

  stop(): void {
    this.#over = true;
    clearTimeout(this.#nextTimer);
    for (const socket of this.#attempts) socket.destroy();
  }

  #tryNext(): void {
    clearTimeout(this.#nextTimer);
    const next = this.#queue.shift();
    if (next === undefined || !("port" in this.#place)) return;
    const { port } = this.#place;
    const { address: host, family } = next;
    this.#watch(connect({ host, port, family, noDelay: true, autoSelectFamily: false }));
    if (this.#queue.length === 0) return;
    this.#nextTimer = setTimeout(() => this.#tryNext(), this.#settings.nextAddressMs);
    if (!this.#settings.ref) this.#nextTimer.unref();
  }

  #watch(socket: Socket): void {
    this.#attempts.add(socket);
    const { addressTimeoutMs, ref } = this.#settings;
    const timer = setTimeout(() => socket.destroy(timedOut(addressTimeoutMs)), addressTimeoutMs);
    if (!ref) {
      socket.unref();
      timer.unref();
    }
    const failed = (error: Error) => {
      clearTimeout(timer);
      this.#attempts.delete(socket);
      if (!this.#over) this.#failed(error);
    };
    socket.on("error", failed);
    socket.once("close", () => clearTimeout(timer));
    socket.once("connect", () => {
      clearTimeout(timer);
      if (this.#over) return;
      this.#attempts.delete(socket);
      socket.removeListener("error", failed);
      this.stop();
      this.#done(undefined, socket);
    });
  }

  #failed(error: Error): void {
    this.#firstError ??= error;
    if (this.#queue.length > 0) this.#tryNext();
    else if (this.#attempts.size === 0) this.#finish(this.#firstError);
  }

  #finish(error: Error): void {
    this.stop();
    this.#done(error);
  }
}

/** The addresses in the resolver's order, families taking turns. */
function alternate(addresses: readonly LookupAddress[]): LookupAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const other = addresses.filter(({ family }) => family !== addresses[0]?.family);
  const turns = Array.from({ length: Math.max(first.length, other.length) }, (_, i) => i);
  return turns.flatMap((i) => [first[i], other[i]]).filter((each) => each !== undefined);
}
