/** Our client. */
import { loadGenerated, loadPackage } from "./prepare.mjs";

export async function startClient(_info, { port, http, protocol }, requests) {
  const { BenchService, SmallRequest } = await loadGenerated();
  const { createClient } = await loadPackage("rpc");
  const { createChannel } = await loadPackage("node");
  const options = {
    protocol,
    ...(protocol !== "grpc" && http === "2" ? { httpVersion: "2" } : {}),
  };
  const client = createClient(BenchService, createChannel(`http://127.0.0.1:${port}`, options));
  const small = SmallRequest.decode(Buffer.from(requests.small, "base64"));
  return {
    Echo: () => client.echo(small),
    Download: async () => {
      let count = 0;
      for await (const _message of client.download({ count: requests.count })) count++;
      return count;
    },
  };
}
