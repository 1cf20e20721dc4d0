/** The fetch handler under test. */
import { createFetchHandler, deflate, type FetchHandler, gzip } from "@bowline/web";
import { codecs } from "../codecs.js";
import { conformanceService } from "../server/conformance-service.js";

/** @param limit bytes of a request message; 0 for the default. */
export function conformanceHandler(
  limit: number,
  onCall: (protocol: string) => void,
): FetchHandler {
  return createFetchHandler([conformanceService(({ peer }) => onCall(peer.protocol))], {
    codecs,
    compression: { algorithms: [gzip(), deflate()], minBytes: 0 },
    ...(limit === 0 ? {} : { limits: { receivedMessageBytes: limit } }),
  });
}
