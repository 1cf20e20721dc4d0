/** grpcurl. */
import { descriptorSet } from "../paths.mjs";
import { callCases, jsonValues } from "./call-cases.mjs";
import { performWithProgram, runProgram } from "./program.mjs";

const codes = { DeadlineExceeded: 4, NotFound: 5, FailedPrecondition: 9, Unimplemented: 12 };

await performWithProgram((program, { url, ca }, name) => {
  const { host } = new URL(url);
  const common = [
    "-protoset",
    descriptorSet,
    "-v",
    ...(ca ? ["-cacert", ca] : ["-plaintext"]),
    "-d",
    "@",
  ];
  return callCases[name]({
    async call(method, messages, { headers = {}, timeoutSeconds = 20 } = {}) {
      const given = Object.entries(headers).flatMap(([key, value]) => ["-H", `${key}: ${value}`]);
      const limits = ["-max-time", String(timeoutSeconds), "-max-msg-sz", "8000000"];
      const target = [host, `grpc.testing.TestService/${method}`];
      const input = messages.map((message) => JSON.stringify(message)).join("\n");
      const { code, output } = await runProgram(
        program,
        [...common, ...limits, ...given, ...target],
        input,
      );
      const failure = code === 0 ? 0 : codes[/^\s*Code: (\w+)$/m.exec(output)?.[1]];
      if (failure === undefined) throw new Error(`it ended with ${code}: ${output.slice(-1_000)}`);
      return { code: failure, messages: jsonValues(output), output };
    },
  });
});
