import type {
  ClientStream,
  ClientTransport,
  RequestHead,
  ResponseReceiver,
} from "@bowline/rpc/internal";
import type { FetchSettings } from "./exchange.js";
import { FetchStream } from "./stream.js";

/** Requests by `fetch`. Connections are the platform's. */
export class FetchTransport implements ClientTransport {
  readonly httpVersion = undefined;
  readonly refusesStart: string =
    "fetch sends a request as a whole; call it from Node with createChannel of @bowline/node, or give the service a unary or server-streaming method";
  readonly settings: FetchSettings;
  /** The streams under way. */
  readonly streams: Set<FetchStream> = new Set();
  isClosed = false;

  constructor(settings: FetchSettings) {
    this.settings = settings;
  }

  get authority(): string {
    return this.settings.base.authority;
  }

  open(head: RequestHead, receiver: ResponseReceiver): ClientStream {
    return new FetchStream(this, head, receiver);
  }

  close(): void {
    this.isClosed = true;
    for (const stream of [...this.streams]) stream.shutDown();
  }
}
