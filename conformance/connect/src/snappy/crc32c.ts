/** The reversed polynomial of CRC-32C (Castagnoli). */
const polynomial = 0x82f63b78;

const table: Int32Array = /*@__PURE__*/ makeTable();

function makeTable(): Int32Array {
  const entries = new Int32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    entries[byte] = value;
  }
  return entries;
}

/** The CRC-32C of some bytes, unsigned. */
export function crc32c(bytes: Uint8Array): number {
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) {
    crc = (table[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/**
 * The CRC as the snappy framing format stores it: rotated and offset, so that a checksum over data which itself holds
 * checksums stays meaningful.
 */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
