/** h2load: many requests on few connections, all of which must have succeeded. */
import { deepStrictEqual as same } from "node:assert";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performWithProgram, runProgram } from "./program.mjs";

/** Requests, connections, streams of each, type and body. */
const loads = {
  connect_unary_load: [5_000, 4, 10, "application/json", '{"responseSize":100}'],
  grpc_unary_load: [5_000, 4, 10, "application/grpc", Buffer.of(0, 0, 0, 0, 2, 0x10, 100)],
  large_responses: [100, 2, 4, "application/json", '{"responseSize":1000000}'],
  one_connection: [2_000, 1, 100, "application/json", '{"responseSize":100}'],
};

await performWithProgram(async (program, { url }, name) => {
  const [count, connections, streams, type, body] = loads[name];
  const folder = mkdtempSync(join(tmpdir(), "bowline-h2load-"));
  const file = join(folder, "body");
  writeFileSync(file, body);
  const load = ["-n", String(count), "-c", String(connections), "-m", String(streams), "-d", file];
  const headers = ["-H", `content-type: ${type}`, "-H", "te: trailers"];
  const target = `${url}/grpc.testing.TestService/UnaryCall`;
  const { output } = await runProgram(program, [...load, ...headers, target]);
  rmSync(folder, { recursive: true });
  const counts =
    /requests: (\d+) total, .* (\d+) done, (\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout/;
  const found = counts.exec(output)?.slice(1).map(Number);
  const codes = /status codes: (\d+) 2xx/.exec(output)?.[1];
  same([found, Number(codes)], [[count, count, count, 0, 0, 0], count]);
});
