import { join } from "node:path";

export async function startClient({ folder }, { port }, requests) {
  const { credentials } = await import(join(folder, "imports.mjs"));
  const { BenchServiceClient } = await import(join(folder, "gen", "rpc.js"));
  const { SmallRequest } = await import(join(folder, "gen", "bench.js"));
  const client = new BenchServiceClient(`127.0.0.1:${port}`, credentials.createInsecure());
  const small = SmallRequest.decode(Buffer.from(requests.small, "base64"));
  return {
    Echo: () =>
      new Promise((resolve, reject) => {
        client.echo(small, (error, response) => (error ? reject(error) : resolve(response)));
      }),
    Download: () =>
      new Promise((resolve, reject) => {
        let count = 0;
        const call = client.download({ count: requests.count });
        call.on("data", () => count++);
        call.on("error", reject);
        call.on("end", () => resolve(count));
      }),
  };
}
