/** What goes wrong with bytes, done on purpose: most of it keeps the structure, so that readers get deep into it. */

const varints = [
  [0x80, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x03],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
  [0x80, 0x80, 0x80, 0x80, 0x10],
];

/** The top-level records of some bytes, `[start, value, end]` each, as far as they can be told apart. */
export function recordsOf(b, from = 0, to = b.length) {
  const records = [];
  let p = from;
  const varint = () => {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10 && p < to; i++) {
      const byte = b[p++];
      value += (byte & 127) * scale;
      scale *= 128;
      if (byte < 128) return value;
    }
    return -1;
  };
  while (p < to) {
    const start = p;
    const tag = varint();
    if (tag < 8) break;
    const value = p;
    const wire = tag % 8;
    if (wire === 0) {
      if (varint() < 0) break;
    } else if (wire === 1) p += 8;
    else if (wire === 5) p += 4;
    else if (wire === 2) {
      const n = varint();
      if (n < 0) break;
      const inner = p;
      p += n;
      if (p > to) break;
      records.push({ start, value, inner, end: p, wire });
      continue;
    } else if (wire !== 3 && wire !== 4) break;
    if (p > to) break;
    records.push({ start, value, inner: value, end: p, wire });
  }
  return records;
}

const join = (...parts) =>
  Uint8Array.from(Buffer.concat(parts.map((part) => Uint8Array.from(part))));

function lengthBytes(n) {
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) | 128);
  bytes.push(n);
  return bytes;
}

/** One mutation. `other` is another sample of the same type, for what is spliced in. */
export function mutate(random, bytes, other) {
  const kind = random.below(20);
  if (bytes.length === 0 || kind === 0) return join(bytes, other);
  if (kind < 14) return mutateRecord(random, bytes, other, kind, 0);
  return mutateBytes(random, bytes, kind);
}

/** Changes one record, at the top or inside what may be a message; lengths around it are made right again. */
function mutateRecord(random, bytes, other, kind, level) {
  const records = recordsOf(bytes);
  if (records.length === 0) return mutateBytes(random, bytes, 14 + random.below(6));
  const record = random.pick(records);
  const { start, value, inner, end, wire } = record;
  const [before, after] = [bytes.subarray(0, start), bytes.subarray(end)];
  if (wire === 2 && level < 8 && end > inner && !random.once(3)) {
    const changed = mutateRecord(random, bytes.subarray(inner, end), other, kind, level + 1);
    // now and then with the old length, which then lies
    const length = random.once(30) ? bytes.subarray(value, inner) : lengthBytes(changed.length);
    return join(before, bytes.subarray(start, value), length, changed, after);
  }
  const whole = bytes.subarray(start, end);
  switch (kind) {
    case 1:
      return join(before, after);
    case 2:
      return join(before, whole, whole, after);
    case 3: {
      const to = random.pick(records);
      const moved = join(before, after);
      const at = to.start < start ? to.start : Math.max(0, to.start - (end - start));
      return join(moved.subarray(0, at), whole, moved.subarray(at));
    }
    case 4: {
      const from = recordsOf(other);
      if (from.length === 0) return join(before, after);
      const taken = random.pick(from);
      return join(before, other.subarray(taken.start, taken.end), bytes.subarray(start));
    }
    case 5: {
      // another wire type or number, with a value that fits it
      const tag = bytes[start];
      return join(
        before,
        [random.once(2) ? tag ^ (1 << random.below(3)) : tag ^ (8 << random.below(4))],
        bytes.subarray(start + 1),
      );
    }
    case 6:
      if (wire === 0)
        return join(before, bytes.subarray(start, value), random.pick(varints), after);
      return join(before, [0x08], random.pick(varints), bytes.subarray(start));
    case 7:
      // an unknown field, now and then a group
      return join(
        before,
        random.pick([
          [0xf8, 0x3f, 1],
          [0xfb, 0x3f, 8, 1, 0xfc, 0x3f],
          [0xfa, 0x3f, 2, 8, 1],
          [0xf9, 0x3f, 1, 2, 3, 4, 5, 6, 7, 8],
          [0xfd, 0x3f, 1, 2, 3, 4],
        ]),
        bytes.subarray(start),
      );
    case 8:
      if (wire === 2) {
        const content = bytes.subarray(inner, end);
        const cut = content.subarray(0, random.below(content.length + 1));
        return join(before, bytes.subarray(start, value), lengthBytes(cut.length), cut, after);
      }
      return join(
        before,
        bytes.subarray(start, value),
        wire === 0 ? [random.below(128)] : random.bytes(end - value),
        after,
      );
    case 9:
      if (wire === 0 || wire === 2) {
        // the same varint, one byte longer than it has to be
        const to = wire === 0 ? end : inner;
        const last = bytes[to - 1];
        return join(bytes.subarray(0, to - 1), [last | 128, 0], bytes.subarray(to));
      }
      return join(before, after);
    case 10:
      // what was packed goes on unpacked, and the other way round
      if (wire === 0)
        return join(
          before,
          [(bytes[start] & ~7) | 2],
          bytes.subarray(start + 1, value),
          lengthBytes(end - value),
          bytes.subarray(value),
        );
      return join(before, whole, whole, whole, after);
    default: {
      const changed = Uint8Array.from(whole);
      if (changed.length > value - start) {
        const at = inner - start + random.below(Math.max(1, end - inner));
        if (at < changed.length) changed[at] = random.below(256);
      }
      return join(before, changed, after);
    }
  }
}

/** Changes bytes without a look at what they are. */
function mutateBytes(random, bytes, kind) {
  const at = random.below(bytes.length);
  const copy = Uint8Array.from(bytes);
  switch (kind) {
    case 14:
      copy[at] ^= 1 << random.below(8);
      return copy;
    case 15:
      copy[at] = random.below(256);
      return copy;
    case 16:
      return copy.subarray(0, at);
    case 17:
      return join(copy.subarray(0, at), copy.subarray(at + 1 + random.below(8)));
    case 18:
      return join(copy.subarray(0, at), copy.subarray(random.below(at + 1), at), copy.subarray(at));
    default:
      copy[at] = random.pick([0, 0x7f, 0x80, 0xff]);
      return copy;
  }
}
