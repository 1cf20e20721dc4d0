import { once } from "node:events";
import { createServer } from "node:http";
import { createLookup } from "../../rpc/redis.mjs";

/** `answers`: by path, content type and body. Looking a value up is the one thing that is done and not constant. */
export async function startServer(_info, { answers, redis }) {
  const table = new Map(
    answers.map(({ path, contentType, body }) => {
      const bytes = Buffer.from(body, "base64");
      const headers = ["content-type", contentType, "content-length", String(bytes.length)];
      return [path, { headers, bytes, looksUp: path.endsWith("/Lookup") }];
    }),
  );
  const lookup = await createLookup(redis);
  const server = createServer((request, response) => {
    const { headers, bytes, looksUp } = table.get(request.url);
    const answer = () => {
      response.writeHead(200, headers);
      response.end(bytes);
    };
    let received;
    request.on("data", (chunk) => {
      received = received === undefined ? chunk : Buffer.concat([received, chunk]);
    });
    // Of a request that holds one short string, tag and length take two bytes.
    request.on("end", looksUp ? () => lookup(received.latin1Slice(2)).then(answer) : answer);
  });
  server.keepAliveTimeout = 65_000;
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { ports: { 1.1: server.address().port } };
}
