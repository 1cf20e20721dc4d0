import { once } from "node:events";
import { createSecureServer, createServer } from "node:http2";

/** Answers by path, in the form of gRPC (trailers) or of Connect, as the request's content type says. */
export async function startServer(_info, { answers, tls }) {
  const table = new Map(
    answers.map(({ path, contentType, body }) => [
      path,
      { contentType, bytes: Buffer.from(body, "base64") },
    ]),
  );
  const trailers = { "grpc-status": "0" };
  const answer = (stream, headers) => {
    const grpc = headers["content-type"].startsWith("application/grpc");
    const { contentType, bytes } = table.get(headers[":path"]);
    stream.on("data", () => {});
    stream.on("end", () => {
      if (!grpc) {
        stream.respond({ ":status": 200, "content-type": contentType });
        return stream.end(bytes);
      }
      stream.respond(
        { ":status": 200, "content-type": "application/grpc+proto" },
        { waitForTrailers: true },
      );
      stream.on("wantTrailers", () => stream.sendTrailers(trailers));
      stream.write(envelope(bytes));
      stream.end();
    });
  };
  const listen = async (server) => {
    server.on("stream", answer);
    await once(server.listen(0, "127.0.0.1"), "listening");
    return server.address().port;
  };
  return {
    ports: { 2: await listen(createServer()), "2-tls": await listen(createSecureServer(tls)) },
  };
}

function envelope(bytes) {
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}
