import type { ConnectionListener, Dialer } from "@bowline/balancer";
import type { ConnectionOptions } from "@bowline/http2";
import type { StreamFailure } from "@bowline/rpc/internal";
import { createHttp1Pool } from "../http1/client.js";
import { startHttp2 } from "../http2/client.js";
import type { Http2Engine } from "../http2/engine.js";
import { startEngine } from "../http2/engine-client.js";
import type { ConnectionLife } from "../keepalive.js";
import { describeConnectFailure, timedOut } from "./failure.js";
import { type DialedSocket, dialSocket, type SocketSettings } from "./socket.js";

/** How a channel connects. */
export interface DialerSettings extends SocketSettings {
  /** The HTTP version; `undefined` lets the server choose by ALPN. */
  readonly httpVersion: "1.1" | "2" | undefined;
  /** Sockets of an HTTP/1.1 pool. */
  readonly connections: number;
  readonly headerListBytes: number;
  readonly headersTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly partialMessageBytes: number;
  readonly processPartialMessageBytes: number;
  readonly http2IdleTimeoutMs: number;
  readonly life: { current: ConnectionLife };
  readonly frames: Partial<ConnectionOptions>;
  /** Who speaks HTTP/2. */
  readonly engine: Http2Engine;
}

/**
 * Makes connections to the target: of HTTP/2, or a pool of HTTP/1.1 sockets, whichever the settings or ALPN say. A pool
 * is ready when its first socket is, which carries its first request. Attempts do not keep the process alive; the streams
 * that wait for them do.
 */
export function createDialer(settings: DialerSettings): Dialer {
  return (_address, listener) => new Dial(settings, listener).start();
}

const alpnOf = { "1.1": ["http/1.1"], "2": ["h2"], any: ["h2", "http/1.1"] } as const;

/** One attempt. */
class Dial {
  readonly #settings: DialerSettings;
  readonly #listener: ConnectionListener;
  #stop: () => void = () => {};
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(settings: DialerSettings, listener: ConnectionListener) {
    this.#settings = settings;
    this.#listener = listener;
  }

  start(): () => void {
    const { httpVersion = "any", connectTimeoutMs } = this.#settings;
    this.#timer = setTimeout(() => {
      this.#stop();
      this.#failed(describeConnectFailure(timedOut(connectTimeoutMs)));
    }, connectTimeoutMs);
    this.#timer.unref();
    this.#stop = dialSocket(this.#settings, alpnOf[httpVersion], false, {
      connected: (dialed) => this.#connected(dialed),
      failed: (failure) => this.#failed(failure),
    });
    return () => {
      clearTimeout(this.#timer);
      this.#stop();
    };
  }

  #connected(dialed: DialedSocket): void {
    const { httpVersion, target } = this.#settings;
    const { socket, protocol } = dialed;
    const speaks2 = target.secure ? protocol === "h2" : httpVersion === "2";
    if (speaks2) this.#startHttp2(dialed);
    else if (httpVersion === "2") {
      socket.on("error", () => {}).destroy();
      this.#failed(withoutHttp2(protocol));
    } else {
      clearTimeout(this.#timer);
      createHttp1Pool(socket, this.#settings, this.#listener);
    }
  }

  #startHttp2({ socket }: DialedSocket): void {
    const { target, engine } = this.#settings;
    const { authority } = target;
    const scheme = target.secure ? "https" : "http";
    const begin = engine === "bowline" ? startEngine : startHttp2;
    this.#stop = begin(
      socket,
      { ...this.#settings, authority, scheme },
      {
        ...this.#listener,
        ready: (connection) => {
          clearTimeout(this.#timer);
          this.#listener.ready(connection);
        },
        failed: (failure) => this.#failed(failure),
      },
    );
  }

  #failed(failure: StreamFailure): void {
    clearTimeout(this.#timer);
    this.#listener.failed(failure);
  }
}

function withoutHttp2(protocol: string | undefined): StreamFailure {
  const picked = protocol === undefined ? "agreed on no protocol" : `picked ${protocol}`;
  return {
    kind: "unsupported",
    message: `HTTP/2 is needed, and the server ${picked} (ALPN). Does it speak HTTP/2 on this port?`,
  };
}
