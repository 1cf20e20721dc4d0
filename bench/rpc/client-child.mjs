/** One client in one process: it keeps so many calls in flight, for so long. */
import { answerRequests } from "../process.mjs";

let calls;

/** Every call is checked a little, so that an error cannot pass for an answer. */
const checks = {
  Echo: (answer, expected) => answer.userId === expected.userId,
  Download: (count, expected) => count === expected.count,
};

async function run({ method, inFlight, ms, expected }) {
  const call = calls[method];
  const check = checks[method];
  let requests = 0;
  const used = process.cpuUsage();
  const started = performance.now();
  const worker = async () => {
    while (performance.now() - started < ms) {
      const answer = await call();
      if (!check(answer, expected)) throw new Error(`wrong answer: ${JSON.stringify(answer)}`);
      requests++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const { user, system } = process.cpuUsage(used);
  return { requests, ms: performance.now() - started, cpuMicros: user + system };
}

async function handle(request) {
  switch (request.do) {
    case "start": {
      const { startClient } = await import(request.url);
      calls = await startClient(request.info, request.target, request.requests);
      return true;
    }
    case "run":
      return run(request);
    default:
      throw new Error(`unknown request: ${request.do}`);
  }
}

await answerRequests(handle);
process.exit();
