import { defineLogForm } from "./log-form.js";
import { ManualSending, type Sending } from "./sending.js";
import { PendingStreamCall, type ServerStreamCall } from "./stream-call.js";

/**
 * A call with two streams: send requests (by an iterable that the call was given, or with `send` and `closeSend`) and
 * iterate over the responses. Over HTTP/1.1 it is half-duplex: reading before `closeSend` fails with `unimplemented`
 * (reason `BOWLINE_HTTP_VERSION`). Otherwise as {@link ServerStreamCall}.
 */
export interface BidiCall<I, O> extends ServerStreamCall<O>, Sending<I> {}

/** The call as the client keeps it. */
export class PendingBidiCall<I, O> extends PendingStreamCall<O> implements BidiCall<I, O> {
  static {
    defineLogForm(PendingBidiCall.prototype, "BidiCall", "iterate over it with for await");
  }

  readonly sending: ManualSending = new ManualSending(this);

  send(message: I): Promise<void> {
    return this.sending.send(message);
  }

  closeSend(): void {
    this.sending.closeSend();
  }

  hold(): void {
    this.report.hold();
  }

  release(): void {
    this.report.release();
  }
}
