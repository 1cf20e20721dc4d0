import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { BodyTarget } from "../http1/request-message.js";
import type { IncomingRequest } from "../http1/server-stream.js";

/** A request that a framework announced: a stream of Node's, whose body may wait in its buffers already. */
export class StreamedRequest implements IncomingRequest {
  readonly url: string;
  target: BodyTarget | undefined = undefined;
  readonly #message: IncomingMessage;
  #listens = false;

  /** @param url the request target below the path that the services are mounted on. */
  constructor(message: IncomingMessage, url: string) {
    this.#message = message;
    this.url = url;
  }

  get method(): string | undefined {
    return this.#message.method;
  }

  get rawHeaders(): string[] {
    return this.#message.rawHeaders;
  }

  get socket(): Socket {
    return this.#message.socket;
  }

  get complete(): boolean {
    return this.#message.complete;
  }

  readOn(): void {
    const message = this.#message;
    if (!this.#listens) {
      this.#listens = true;
      message.on("data", (chunk: Buffer) => {
        if (this.target?.take(chunk) === false) message.pause();
      });
      message.on("end", () => this.target?.complete());
    }
    message.resume();
  }
}
