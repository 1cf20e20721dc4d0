import { connect } from "node:http2";

/** The bytes of a gRPC request that is always the same, and its answer, collected and not decoded. */
export async function startClient(_info, { port, paths }, requests) {
  const message = Buffer.from(requests.small, "base64");
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  const body = Buffer.concat([prefix, message]);
  const session = connect(`http://127.0.0.1:${port}`);
  const headers = {
    ":method": "POST",
    ":path": paths.Echo,
    "content-type": "application/grpc+proto",
    te: "trailers",
  };
  const echo = () =>
    new Promise((resolve, reject) => {
      const stream = session.request(headers);
      let received;
      stream.on("data", (chunk) => {
        received = received === undefined ? chunk : Buffer.concat([received, chunk]);
      });
      stream.on("error", reject);
      stream.on("end", () => resolve(received));
      stream.end(body);
    });
  return { Echo: async () => ({ userId: (await echo()).equals(body) && requests.userId }) };
}
