import { RpcError } from "../rpc-error.js";

/** What messages of a stream of requests go into. */
export interface SenderTarget {
  /** Encodes a message into the stream's body; a promise where that takes its time. */
  write(message: unknown): Promise<void> | undefined;
  /** Hands over what is written; `false`: wait for `drained`. */
  flush(): boolean;
  /** Ends the stream of requests. */
  endRequests(): void;
  /** A message could not be written: ends the call. Returns the error that it ends with. */
  failed(error: unknown): RpcError;
}

/** Where messages that are sent by hand go. */
export interface MessageSender {
  /** Whether the stream of requests has been ended. */
  readonly isClosed: boolean;
  /**
   * Sends a message. `undefined`: the next may be sent at once; else a promise that settles when it may.
   * @throws RpcError with which the call has failed, or fails because of this message.
   */
  push(message: unknown): Promise<void> | undefined;
  /** No more messages. */
  close(): void;
}

/** The sending half of a call with a stream of requests: one message after the other, no faster than the peer takes them. */
export class RequestSender implements MessageSender {
  readonly #target: SenderTarget;
  readonly #waiting: Waiting[] = [];
  /** A message that is being compressed, behind which the next ones wait. */
  #tail: Promise<void> | undefined;
  #isClosed = false;
  #over: { readonly error: RpcError | undefined } | undefined;
  /** Called once, when the call is over before everything was sent. */
  onOver: (() => void) | undefined;

  constructor(target: SenderTarget) {
    this.#target = target;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isOver(): boolean {
    return this.#over !== undefined;
  }

  push(message: unknown): Promise<void> | undefined {
    this.#check();
    if (this.#tail !== undefined) return this.#after(this.#tail, message);
    const pending = this.#write(message);
    if (pending === undefined) return this.#flush();
    return this.#setTail(pending);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.onOver = undefined;
    const end = () => {
      if (!this.isOver) this.#target.endRequests();
    };
    if (this.#tail === undefined) end();
    else this.#tail.then(end, () => {});
  }

  drained(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve();
  }

  /** The call is over, with an error or without. */
  over(error: RpcError | undefined): void {
    if (this.#over !== undefined) return;
    this.#over = { error };
    for (const { reject } of this.#waiting.splice(0)) reject(error ?? callOver());
    this.onOver?.();
    this.onOver = undefined;
  }

  #check(): void {
    if (this.#over !== undefined) throw this.#over.error ?? callOver();
    if (this.#isClosed) throw sendAfterClose();
  }

  #write(message: unknown): Promise<void> | undefined {
    try {
      return this.#target.write(message)?.catch((error: unknown) => {
        throw this.isOver ? error : this.#target.failed(error);
      });
    } catch (error) {
      throw this.#target.failed(error);
    }
  }

  #flush(): Promise<void> | undefined {
    if (this.#over !== undefined) throw this.#over.error ?? callOver();
    if (this.#target.flush()) return undefined;
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async #after(tail: Promise<void>, message: unknown): Promise<void> {
    const written = tail.then(() => {
      if (this.#over !== undefined) throw this.#over.error ?? callOver();
      return this.#write(message);
    });
    return this.#setTail(written);
  }

  #setTail(written: Promise<void>): Promise<void> {
    const tail = written.finally(() => {
      if (this.#tail === tail) this.#tail = undefined;
    });
    this.#tail = tail;
    return tail.then(() => this.#flush());
  }
}

interface Waiting {
  resolve(): void;
  reject(error: RpcError): void;
}

/** What becomes of a message when the server has ended the call well. */
export function callOver(): RpcError {
  return sendRefused("the server has ended the call");
}

/** What becomes of a message behind the last. */
export function sendAfterClose(): RpcError {
  return sendRefused("closeSend was called, and nothing is sent after it");
}

/** The refusal of a message that nobody could take; the call itself is as it was. */
export function sendRefused(why: string): RpcError {
  return new RpcError("failed_precondition", `the message was not sent: ${why}`, {
    reason: "BOWLINE_SEND",
  });
}
