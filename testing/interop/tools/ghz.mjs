/** ghz: a short load of each kind of method; every call must have ended well. */
import { deepStrictEqual as same } from "node:assert";
import { descriptorSet } from "../paths.mjs";
import { performWithProgram, runProgram } from "./program.mjs";

const body = Buffer.alloc(1_000).toString("base64");
const asking = { responseParameters: [{ size: 100 }, { size: 2_000 }] };
/** Calls, method and messages. */
const loads = {
  unary_load: [2_000, "UnaryCall", { responseSize: 1_000, payload: { body } }],
  server_streaming_load: [500, "StreamingOutputCall", asking],
  client_streaming_load: [
    500,
    "StreamingInputCall",
    [{ payload: { body } }, { payload: { body } }],
  ],
  bidi_load: [500, "FullDuplexCall", [asking, asking]],
};

await performWithProgram(async (program, { url, ca }, name) => {
  const [count, method, message] = loads[name];
  const secure = ca ? ["--cacert", ca] : ["--insecure"];
  const load = [
    "-n",
    String(count),
    "-c",
    "20",
    "--connections",
    "2",
    "-d",
    JSON.stringify(message),
  ];
  const call = ["--protoset", descriptorSet, "--call", `grpc.testing.TestService/${method}`];
  const args = [...secure, ...call, ...load, "--format", "json", new URL(url).host];
  const { code, bytes, output } = await runProgram(program, args);
  if (code !== 0) throw new Error(`it ended with ${code}: ${output.slice(-1_000)}`);
  const {
    count: done,
    statusCodeDistribution,
    errorDistribution,
  } = JSON.parse(bytes.toString("utf8"));
  same(
    { done, codes: statusCodeDistribution, errors: errorDistribution },
    { done: count, codes: { OK: count }, errors: {} },
  );
});
