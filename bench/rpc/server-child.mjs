/** One server in one process. The parent asks what it used; the load comes over the sockets. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { answerRequests } from "../process.mjs";

async function handle(request) {
  switch (request.do) {
    case "start": {
      const { startServer } = await import(request.url);
      return startServer(request.info, request.settings);
    }
    case "cpu":
      return process.cpuUsage();
    case "memory":
      return memory();
    default:
      throw new Error(`unknown request: ${request.do}`);
  }
}

/** Memory as it is under load, and what is left after a collection. */
function memory() {
  const { rss } = process.memoryUsage();
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  collect();
  collect();
  const { heapUsed, external, rss: rssAfter } = process.memoryUsage();
  return { rss, heapUsed, external, rssAfter };
}

await answerRequests(handle);
process.exit();
