import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";

/** One end of a connection within this process: what is written to it is read at the other, as fast as that is read. */
export class DuplexEnd extends Duplex {
  #other: DuplexEnd | undefined;
  /** What to call when the other end has read what was written to it last. */
  #taken: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 65_536 });
  }

  /** Two ends that belong together. */
  static connect<A extends DuplexEnd, B extends DuplexEnd>(one: A, two: B): [A, B] {
    one.#other = two;
    two.#other = one;
    return [one, two];
  }

  override _read(): void {
    const other = this.#other;
    if (other !== undefined) other.#release();
  }

  #release(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _: BufferEncoding, callback: () => void): void {
    const other = this.#other;
    if (other === undefined || other.destroyed || other.push(chunk)) callback();
    else this.#taken = callback;
  }

  override _final(callback: () => void): void {
    if (this.#other?.destroyed === false) this.#other.push(null);
    callback();
  }

  /** Closing one end without ending it cuts the connection. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const other = this.#other;
    this.#other = undefined;
    this.#release();
    if (other !== undefined) process.nextTick(() => other.#left(this.writableFinished));
    callback(error);
  }

  /** The other end is gone; what it has written can still be read. */
  #left(inOrder: boolean): void {
    this.#other = undefined;
    this.#release();
    if (!inOrder) this.destroy();
  }
}

/** What Node's requests and the frameworks on top of them ask of a socket, beside its bytes. */
const asked = [
  "remoteAddress",
  "remotePort",
  "remoteFamily",
  "localAddress",
  "localPort",
  "localFamily",
  "encrypted",
  "authorized",
  "authorizationError",
  "alpnProtocol",
  "servername",
] as const;

/** The end that an HTTP server has of a connection which something else carries: it says who is at the other end. */
export class ServedEnd extends DuplexEnd {
  static {
    for (const name of asked) {
      Object.defineProperty(ServedEnd.prototype, name, {
        get(this: ServedEnd) {
          return (this.carrier as Partial<TLSSocket> | undefined)?.[name];
        },
      });
    }
    for (const name of [
      "getPeerCertificate",
      "getPeerX509Certificate",
      "getProtocol",
      "getCipher",
    ] as const) {
      Object.defineProperty(ServedEnd.prototype, name, {
        get(this: ServedEnd) {
          const { carrier } = this;
          return carrier instanceof TLSSocket ? carrier[name].bind(carrier) : undefined;
        },
      });
    }
  }

  /** The socket underneath. */
  readonly carrier: Socket | undefined;

  constructor(carrier: Socket | undefined) {
    super();
    this.carrier = carrier;
  }

  address(): ReturnType<Socket["address"]> {
    return this.carrier?.address() ?? {};
  }

  // Settings of the connection underneath, which is not this exchange's alone.

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
