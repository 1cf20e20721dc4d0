/**
 * The least that decoding (d) can cost in JavaScript: no check, no limit, no loop over fields, no unknown fields,
 * nothing but the three values and the object that holds them, read from where the dataset has them.
 *
 *     npm run bench:protobuf -- --only d --op decode --ours bench/protobuf/floor.mjs
 */

const words = new Int32Array(2);
const whole = new BigInt64Array(words.buffer);
const text = String.fromCharCode;

/** The bytes of the one value that (d) has, as any library writes them. */
function encode({ uploadId, offset, data }) {
  const head = [10, uploadId.length, ...Buffer.from(uploadId), 16];
  for (let v = Number(offset); ; v >>>= 7) {
    head.push(v > 127 ? (v & 127) | 128 : v);
    if (v < 128) break;
  }
  head.push(26);
  for (let n = data.length; ; n >>>= 7) {
    head.push(n > 127 ? (n & 127) | 128 : n);
    if (n < 128) break;
  }
  return Buffer.concat([Buffer.from(head), data]);
}

function decode(b) {
  // biome-ignore format: 24 characters, in three lines
  const uploadId = text(
    b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9],
    b[10], b[11], b[12], b[13], b[14], b[15], b[16], b[17],
    b[18], b[19], b[20], b[21], b[22], b[23], b[24], b[25],
  );
  words[0] = (b[27] & 127) | ((b[28] & 127) << 7) | ((b[29] & 127) << 14) | (b[30] << 21);
  words[1] = 0;
  return { uploadId, offset: whole[0], data: b.subarray(35) };
}

export const d = { decode, encode, fromPlain: (plain) => plain };
