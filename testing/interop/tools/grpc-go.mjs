/** grpc-go's interoperability client: a process for each case. */
import { performWithProgram, runProgram } from "./program.mjs";

await performWithProgram(async (program, { url, ca }, name) => {
  const { hostname, port } = new URL(url);
  const secure = ca
    ? ["-use_tls", "-use_test_ca", "-ca_file", ca, "-server_host_override", "localhost"]
    : [];
  const args = ["-server_host", hostname, "-server_port", port, "-test_case", name, ...secure];
  const { code, output } = await runProgram(program, args);
  if (code !== 0) throw new Error(`it ended with ${code}: ${output.slice(-1_000)}`);
});
