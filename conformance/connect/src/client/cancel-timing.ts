/** When the suite wants a call to be given up. */
import type { ClientCompatRequest } from "../gen/connectrpc/conformance/v1/client_compat.pb.js";

export interface CancelTiming {
  /** In place of closing the stream of requests. */
  readonly beforeCloseSend: boolean;
  /** So long after it was closed; `undefined`: not by time. */
  readonly afterCloseSendMs: number | undefined;
  /** After so many responses; `undefined`: not by their number. */
  readonly afterResponses: number | undefined;
}

export function cancelTimingOf({ cancel }: ClientCompatRequest): CancelTiming {
  const never = { beforeCloseSend: false, afterCloseSendMs: undefined, afterResponses: undefined };
  if (cancel === undefined) return never;
  const { cancelTiming } = cancel;
  switch (cancelTiming?.case) {
    case "beforeCloseSend":
      return { ...never, beforeCloseSend: true };
    case "afterNumResponses":
      return { ...never, afterResponses: cancelTiming.value };
    case "afterCloseSendMs":
      return { ...never, afterCloseSendMs: cancelTiming.value };
    default:
      return { ...never, afterCloseSendMs: 0 };
  }
}
