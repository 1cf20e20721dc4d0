import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import type { Server, Socket } from "node:net";
import type { ContextValues, HandlerOptions, Implementation } from "@bowline/rpc";
import {
  checkOptionNames,
  handlerOptionNames,
  type RequestAcceptor,
  type RequestHandler,
} from "@bowline/rpc/internal";
import { refuseField } from "../http1/header-limit.js";
import { Http1Connection } from "../http1/server-connection.js";
import { peerOf } from "../peer.js";
import { nodeRequestHandler } from "../request-handler.js";
import { type ServerLimits, type TransportLimits, transportLimits } from "../server-limits.js";
import { Http2Mount } from "./http2-mount.js";
import { rpcErrorOf } from "./middleware-error.js";
import { middlewareFields } from "./middleware-fields.js";
import { MountedHttp1Stream } from "./mounted-http1-stream.js";
import { StreamedRequest } from "./streamed-request.js";

/** Bounds that hold below a framework; connections, headers and idle times are those of the framework's server. */
export type MountLimits = Pick<
  ServerLimits,
  "receivedMessageBytes" | "headerFieldBytes" | "queuedReplyBytes" | "stallTimeoutMs"
>;

/** Options of services that are mounted in a framework: those of `serve` that are not the framework's. */
export interface MountOptions<Request> extends HandlerOptions {
  readonly limits?: MountLimits;
  /**
   * Values that the call has from the start, for gates, interceptors and handlers: what middleware knows of the request.
   * Called once for each call; what it throws is answered as an error of middleware. Default none.
   */
  readonly values?: (request: Request) => ContextValues | undefined;
}

/** The options of {@link MountOptions}, for adapters that check theirs. */
export const mountOptionNames: readonly (keyof MountOptions<unknown>)[] = [
  "limits",
  "values",
  ...handlerOptionNames,
];
const limitNames: ReadonlySet<string> = new Set<keyof MountLimits>([
  "receivedMessageBytes",
  "headerFieldBytes",
  "queuedReplyBytes",
  "stallTimeoutMs",
]);

/** Request and response of a framework's server. */
export type AnyRequest = IncomingMessage | Http2ServerRequest;
export type AnyResponse = ServerResponse | Http2ServerResponse;

/** Services below a framework. */
export class Mount {
  readonly #accept: RequestHandler;
  readonly #limits: TransportLimits;
  readonly #connections = new WeakMap<Socket, Http1Connection>();
  readonly #http2: Http2Mount;

  constructor(services: readonly Implementation[], options: MountOptions<never>) {
    const { limits = {}, values: _, ...handler } = options;
    checkOptionNames("the limits of mounted services", limits, limitNames);
    this.#limits = transportLimits(limits);
    this.#accept = nodeRequestHandler({ ...handler, services, limits });
    this.#http2 = new Http2Mount(this.#limits);
  }

  /** Whether a request target belongs to a service. */
  handles(target: string): boolean {
    return this.#accept.handles(target);
  }

  /** Answers a call. */
  serve(request: AnyRequest, response: AnyResponse, target: string, values?: ContextValues): void {
    this.#perform(request, response, target, this.#accept, values);
  }

  /** Answers with what failed in front, in the protocol of the caller; what callers are not told goes to the hook. */
  refuse(request: AnyRequest, response: AnyResponse, target: string, thrown: unknown): void {
    const error = rpcErrorOf(thrown) ?? thrown;
    this.#perform(request, response, target, (stream) => {
      this.#accept.refuse(stream, error);
      return undefined;
    });
  }

  #perform(
    request: AnyRequest,
    response: AnyResponse,
    target: string,
    accept: RequestAcceptor,
    values?: ContextValues,
  ): void {
    if ("stream" in response) {
      const { stream } = response;
      const fields = middlewareFields(response.getHeaders());
      this.#http2.perform(stream, request.rawHeaders, target, fields, accept, values);
      return;
    }
    const { headerFieldBytes, queuedReplyBytes, streams } = this.#limits;
    const message = request as IncomingMessage;
    const connection = this.#connectionOf(message.socket);
    if (connection.requests >= streams) message.socket.destroy();
    if (message.socket.destroyed) return;
    this.#watch(connection, response);
    const stream = new MountedHttp1Stream(
      new StreamedRequest(message, target),
      response,
      connection,
      new FrameworkServer(message.socket),
      queuedReplyBytes,
      values,
    );
    const refused = refuseField(stream, message.rawHeaders, headerFieldBytes);
    const receiver = refused ? undefined : accept(stream);
    if (receiver === undefined) stream.discard();
    else stream.deliver(receiver, false);
  }

  #connectionOf(socket: Socket): Http1Connection {
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const connection = new Http1Connection(socket, this.#limits);
    this.#connections.set(socket, connection);
    peerOf(socket);
    socket.on("close", () => connection.lost());
    return connection;
  }

  /** Bounds how long nothing may move while this response is under way; the framework's own time limit wins. */
  #watch(connection: Http1Connection, response: ServerResponse): void {
    const { stallTimeoutMs } = this.#limits;
    const { socket } = connection;
    response.on("timeout", () => connection.stalled(socket.timeout ?? stallTimeoutMs));
    // A request that a test made up (Fastify's inject) has a socket that nothing can be asked of.
    if (stallTimeoutMs === 0 || socket.timeout || socket.setTimeout === undefined) return;
    socket.setTimeout(stallTimeoutMs);
    response.on("close", () => {
      if (socket.timeout === stallTimeoutMs) socket.setTimeout(0);
    });
  }
}

/** The server that a connection is of. */
class FrameworkServer {
  readonly #socket: Socket & { readonly server?: Server };

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Whether it takes no further connections: then this one is not kept behind its response. Asked when that leaves. */
  get draining(): boolean {
    return this.#socket.server?.listening === false;
  }
}
