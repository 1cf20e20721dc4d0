/**
 * Why a transport ended a stream without a proper end.
 * - `unreachable`: no connection came about, nothing was sent
 * - `unsupported`: the peer does not speak the HTTP version that is needed; nothing was sent
 * - `refused`: the peer did not process the request and says so (REFUSED_STREAM, a stream above GOAWAY's last)
 * - `canceled`: the peer gave the stream up (RST_STREAM(CANCEL))
 * - `exhausted`: the peer asks for calm (ENHANCE_YOUR_CALM)
 * - `denied`: the peer finds the connection not secure enough (INADEQUATE_SECURITY)
 * - `lost`: the connection or stream ended before the message did
 * - `stalled`: the peer sent, or took, nothing for too long
 * - `malformed`: the peer broke the rules of HTTP, or reset the stream with an error of the protocol
 * - `limit`: headers past a limit
 * - `shutdown`: this side is closing
 */
export interface StreamFailure {
  readonly kind:
    | "unreachable"
    | "unsupported"
    | "refused"
    | "canceled"
    | "exhausted"
    | "denied"
    | "lost"
    | "stalled"
    | "malformed"
    | "limit"
    | "shutdown";
  /** What happened, to whom, and what to do: a sentence for the reader of an error. */
  readonly message: string;
  readonly cause?: unknown;
}
