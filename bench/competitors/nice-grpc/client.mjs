import { join } from "node:path";

export async function startClient({ folder }, { port }, requests) {
  const { createChannel, createClient } = await import(join(folder, "imports.mjs"));
  const { BenchServiceDefinition } = await import(join(folder, "gen", "rpc.js"));
  const { SmallRequest } = await import(join(folder, "gen", "bench.js"));
  const client = createClient(BenchServiceDefinition, createChannel(`127.0.0.1:${port}`));
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
