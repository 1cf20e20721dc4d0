import { ObservedPromise } from "./call-part.js";
import { type MessageSender, sendRefused } from "./request-sender.js";

/** The part of a call that sends a stream of requests by hand. */
export interface Sending<I> {
  /**
   * Sends a message. Settles when the next one may be sent: sending waits for a server that is slow.
   * @throws RpcError with which the call has failed; `failed_precondition` (reason `BOWLINE_SEND`) if the server has
   * ended the call, after `closeSend`, and where the call was given an iterable. A message of the wrong form fails the
   * call with `invalid_argument`, naming the path.
   */
  send(message: I): Promise<void>;
  /** No more messages. Does nothing the second time. */
  closeSend(): void;
}

/** What a call that sends needs of its other parts. */
export interface SendingOwner {
  /** What the call failed with. */
  readonly error: unknown;
  /** Somebody has seen how it failed. */
  seen(): void;
  /** The caller waits for what it sends: it will see there how the call fails. */
  hold(): void;
  release(): void;
}

/** Sends by hand, and sees to it that a failure is told once: where it is awaited. */
export class ManualSending {
  readonly #owner: SendingOwner;
  /** `undefined` if the call has failed before it began. */
  sender: MessageSender | undefined;
  /** The call was given an iterable, which sends. */
  isPumped = false;

  constructor(owner: SendingOwner) {
    this.#owner = owner;
  }

  send(message: unknown): Promise<void> {
    if (this.isPumped) return Promise.reject(sendRefused("the call sends what its iterable gives"));
    let sent: Promise<void> | undefined;
    try {
      if (this.sender === undefined) throw this.#owner.error;
      sent = this.sender.push(message);
    } catch (error) {
      sent = Promise.reject(error);
      if (error !== this.#owner.error) return sent;
    }
    if (sent === undefined) sent = Promise.resolve();
    return new ObservedPromise(
      sent,
      () => this.#owner.seen(),
      () => this.#owner.hold(),
    );
  }

  closeSend(): void {
    if (this.isPumped) return;
    this.sender?.close();
    this.#owner.release();
  }
}
