import { once } from "node:events";
import { createServer } from "node:net";

const prefaceLength = 24;
const frameHead = 9;
const type = { data: 0, headers: 1, settings: 4, ping: 6, windowUpdate: 8 };
const flag = { ack: 1, endStream: 1, endHeaders: 4 };

function frame(kind, flags, streamId, payload) {
  const head = Buffer.alloc(frameHead);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = kind;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** Fields that are in no table, without Huffman code. */
const literal = (name, value) =>
  Buffer.concat([
    Buffer.of(0, name.length),
    Buffer.from(name),
    Buffer.of(value.length),
    Buffer.from(value),
  ]);

/** SETTINGS, and a window for the connection that no run uses up. */
const greeting = Buffer.concat([
  frame(type.settings, 0, 0, Buffer.alloc(0)),
  frame(type.windowUpdate, 0, 0, Buffer.of(0x7f, 0, 0, 0)),
]);
const settingsAck = frame(type.settings, flag.ack, 0, Buffer.alloc(0));

/** Answers the end of each stream with the gRPC answer to `Echo`, whatever was asked. */
export async function startServer(_info, { answers }) {
  const { body } = answers.find(({ path }) => path.endsWith("/Echo"));
  const message = Buffer.from(body, "base64");
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  const status = Buffer.concat([
    Buffer.of(0x88),
    literal("content-type", "application/grpc+proto"),
  ]);
  const frames = [
    frame(type.headers, flag.endHeaders, 0, status),
    frame(type.data, 0, 0, Buffer.concat([prefix, message])),
    frame(type.headers, flag.endHeaders | flag.endStream, 0, literal("grpc-status", "0")),
  ];
  const template = Buffer.concat(frames);
  const answer = (streamId) => {
    const bytes = Buffer.from(template);
    for (let i = 0, at = 5; i < frames.length; at += frames[i++].length) {
      bytes.writeUInt32BE(streamId, at);
    }
    return bytes;
  };
  const server = createServer({ noDelay: true }, (socket) => {
    let rest;
    let isGreeted = false;
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      const bytes = rest === undefined ? chunk : Buffer.concat([rest, chunk]);
      const replies = isGreeted ? [] : [greeting];
      let at = isGreeted ? 0 : prefaceLength;
      isGreeted = true;
      while (bytes.length - at >= frameHead) {
        const end = at + frameHead + bytes.readUIntBE(at, 3);
        if (end > bytes.length) break;
        const [kind, flags] = [bytes[at + 3], bytes[at + 4]];
        if (kind <= type.headers) {
          if ((flags & flag.endStream) !== 0) replies.push(answer(bytes.readUInt32BE(at + 5)));
        } else if ((flags & flag.ack) === 0) {
          if (kind === type.settings) replies.push(settingsAck);
          if (kind === type.ping)
            replies.push(frame(kind, flag.ack, 0, bytes.subarray(at + frameHead, end)));
        }
        at = end;
      }
      rest = at === bytes.length ? undefined : bytes.subarray(at);
      if (replies.length > 0)
        socket.write(replies.length === 1 ? replies[0] : Buffer.concat(replies));
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { ports: { 2: server.address().port } };
}
