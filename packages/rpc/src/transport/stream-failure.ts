/**
 * Why a transport ended a stream without a proper end.
 * - `unreachable`: no connection came about, nothing was sent
 * - `lost`: the connection or stream ended before the message did
 * - `stalled`: the peer sent nothing for too long
 * - `malformed`: the peer broke the rules of HTTP
 * - `limit`: headers past a limit
 * - `shutdown`: this side is closing
 */
export interface StreamFailure {
  readonly kind: "unreachable" | "lost" | "stalled" | "malformed" | "limit" | "shutdown";
  /** What happened, to whom, and what to do: a sentence for the reader of an error. */
  readonly message: string;
  readonly cause?: unknown;
}
