/** buf curl. */
import { descriptorSet } from "../paths.mjs";
import { callCases, jsonValues } from "./call-cases.mjs";
import { performWithProgram, runProgram } from "./program.mjs";

const codes = { deadline_exceeded: 4, not_found: 5, failed_precondition: 9, unimplemented: 12 };

await performWithProgram((program, { url, ca, http, protocol }, name) => {
  const protocolName = protocol.replace("-", "");
  const knowledge = http === "2" && !ca ? ["--http2-prior-knowledge"] : [];
  const common = ["curl", "--schema", descriptorSet, "--protocol", protocolName, ...knowledge];
  const secure = ca ? ["--cacert", ca] : [];
  return callCases[name]({
    async call(method, messages, { headers = {}, timeoutSeconds = 20 } = {}) {
      const given = Object.entries(headers).flatMap(([key, value]) => ["-H", `${key}: ${value}`]);
      const input = messages.map((message) => JSON.stringify(message)).join("\n");
      const target = `${url}/grpc.testing.TestService/${method}`;
      const limits = ["--timeout", `${timeoutSeconds}s`];
      const args = [...common, ...secure, ...given, ...limits, "-v", "-d", "@-", target];
      const { code, bytes, output } = await runProgram(program, args, input);
      const failure = code === 0 ? 0 : codes[/"code":\s*"(\w+)"/.exec(output)?.[1]];
      if (failure === undefined) throw new Error(`it ended with ${code}: ${output.slice(-1_000)}`);
      const said = jsonValues(bytes.toString("utf8")).filter((each) => each.code === undefined);
      return { code: failure, messages: said, output };
    },
  });
});
