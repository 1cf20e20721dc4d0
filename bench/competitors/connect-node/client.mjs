import { join } from "node:path";

export async function startClient({ folder }, { port, http, protocol }, requests) {
  const imports = await import(join(folder, "imports.mjs"));
  const { BenchService } = await import(join(folder, "gen", "rpc_pb.js"));
  const { SmallRequestSchema } = await import(join(folder, "gen", "bench_pb.js"));
  const { createClient, createConnectTransport, createGrpcTransport, fromBinary } = imports;
  const createTransport = protocol === "grpc" ? createGrpcTransport : createConnectTransport;
  const baseUrl = `http://127.0.0.1:${port}`;
  // Without an agent of its own, Node closes a connection behind each HTTP/1.1 request that finds none idle.
  const { Agent } = await import("node:http");
  const agent = new Agent({ keepAlive: true });
  const nodeOptions = http === "2" ? {} : { nodeOptions: { agent } };
  const options = { baseUrl, httpVersion: http, useBinaryFormat: true, ...nodeOptions };
  const client = createClient(BenchService, createTransport(options));
  const small = fromBinary(SmallRequestSchema, Buffer.from(requests.small, "base64"));
  return {
    Echo: () => client.echo(small),
    Download: async () => {
      let count = 0;
      for await (const _message of client.download({ count: requests.count })) count++;
      return count;
    },
  };
}
