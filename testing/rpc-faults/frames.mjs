/** HTTP/2 frames as a peer without manners writes them. RFC 9113, section 6; RFC 7541, section 6.2.2. */

export const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

export const type = { data: 0, headers: 1, rst: 3, settings: 4, ping: 6, goaway: 7, window: 8 };
export const flag = { endStream: 1, ack: 1, endHeaders: 4 };

/** One frame. */
export function frame(frameType, flags, stream, payload = Buffer.alloc(0)) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = frameType;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A header block of literals that nobody indexes or compresses. */
export function block(fields) {
  const parts = [];
  for (const [name, value] of Object.entries(fields)) {
    parts.push(Buffer.from([0]), text(name), text(value));
  }
  return Buffer.concat(parts);
}

function text(value) {
  const bytes = Buffer.from(value);
  if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
  return Buffer.concat([Buffer.from([127, bytes.length - 127]), bytes]);
}

export const settings = frame(type.settings, 0, 0);
export const settingsAck = frame(type.settings, flag.ack, 0);

export const headers = (stream, fields, endStream = false) =>
  frame(type.headers, flag.endHeaders | (endStream ? flag.endStream : 0), stream, block(fields));
export const data = (stream, bytes, endStream = false) =>
  frame(type.data, endStream ? flag.endStream : 0, stream, bytes);
export const reset = (stream, code) => frame(type.rst, 0, stream, uint32(code));
export const goaway = (last, code) =>
  frame(type.goaway, 0, 0, Buffer.concat([uint32(last), uint32(code)]));

function uint32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Calls back for each frame of a stream of bytes. */
export function frameReader(onFrame) {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    while (rest.length - at >= 9) {
      const length = rest.readUIntBE(at, 3);
      if (rest.length - at < 9 + length) break;
      const stream = rest.readUInt32BE(at + 5) & 0x7fffffff;
      onFrame(rest[at + 3], rest[at + 4], stream, rest.subarray(at + 9, at + 9 + length));
      at += 9 + length;
    }
    rest = rest.subarray(at);
  };
}
