import type { RpcError } from "../rpc-error.js";
import { FailureReport } from "./failure-report.js";
import { defineLogForm } from "./log-form.js";
import { ManualSending, type Sending } from "./sending.js";
import { PendingUnaryCall, type UnaryCall } from "./unary-call.js";

/**
 * A client-streaming call that has started: send requests (by an iterable that the call was given, or with `send` and
 * `closeSend`) and await the response. Otherwise as {@link UnaryCall}.
 */
export interface ClientStreamCall<I, O> extends UnaryCall<O>, Sending<I> {}

/** The call as the client keeps it. */
export class PendingClientStreamCall<I, O>
  extends PendingUnaryCall<O>
  implements ClientStreamCall<I, O>
{
  static {
    defineLogForm(
      PendingClientStreamCall.prototype,
      "ClientStreamCall",
      "await it for the response",
    );
  }

  readonly sending: ManualSending = new ManualSending(this);
  readonly #report = new FailureReport();
  error: RpcError | undefined;

  override get [Symbol.toStringTag](): string {
    return "ClientStreamCall";
  }

  send(message: I): Promise<void> {
    return this.sending.send(message);
  }

  closeSend(): void {
    this.sending.closeSend();
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise.
  override then<A = O, B = never>(
    succeeded?: ((value: O) => A | PromiseLike<A>) | null,
    failed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#report.seen();
    return super.then(succeeded, failed);
  }

  override catch<B = never>(
    failed?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<O | B> {
    this.#report.seen();
    return super.catch(failed);
  }

  override finally(settled?: (() => void) | null): Promise<O> {
    this.#report.seen();
    return super.finally(settled);
  }

  override seen(): void {
    super.seen();
    this.#report.seen();
  }

  hold(): void {
    this.#report.hold();
  }

  release(): void {
    this.#report.release();
  }

  override fail(error: RpcError): void {
    this.error = error;
    // The report tells it, not the promise: while the caller sends by hand, it may see it there.
    super.seen();
    this.#report.fail(error);
    super.fail(error);
  }
}
