/** Which engine HTTP/2 runs on, seen from outside: Node's own leaves an entry in its performance timeline for each stream. */
import { PerformanceObserver } from "node:perf_hooks";

/** The engine that has to serve HTTP/2; the environment's `BOWLINE_HTTP2` chooses. */
export const wantedEngine =
  (process.env.BOWLINE_HTTP2 ?? "bowline") === "node" ? "node:http2" : "@bowline/http2";

/** Watches this process from now on; `engine()` names what served HTTP/2, where any was served. */
export function watchEngine() {
  let isNode = false;
  const take = (list) => {
    isNode ||= list.some(({ name }) => name !== "Http2Session");
  };
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  observer.observe({ entryTypes: ["http2"] });
  return {
    engine() {
      take(observer.takeRecords());
      return isNode ? "node:http2" : "@bowline/http2";
    },
  };
}
