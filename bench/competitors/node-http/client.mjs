import { Agent, request } from "node:http";

/** The bytes of a request that is always the same, and its answer, collected and not decoded. */
export async function startClient(_info, { port, paths }, requests) {
  const body = Buffer.from(requests.small, "base64");
  const headers = {
    "content-type": "application/proto",
    "connect-protocol-version": "1",
    "content-length": body.length,
  };
  const agent = new Agent({ keepAlive: true });
  const options = { port, host: "127.0.0.1", path: paths.Echo, method: "POST", headers, agent };
  const echo = () =>
    new Promise((resolve, reject) => {
      const call = request(options, (response) => {
        let received;
        response.on("data", (chunk) => {
          received = received === undefined ? chunk : Buffer.concat([received, chunk]);
        });
        response.on("end", () => resolve(received));
      });
      call.on("error", reject);
      call.end(body);
    });
  return { Echo: async () => ({ userId: (await echo()).equals(body) && requests.userId }) };
}
