/**
 * A seeded pseudo-random source (mulberry32), so that every process and every
 * run builds the same datasets.
 */
export function createRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const int = (min, max) => min + (next() % (max - min + 1));
  const pick = (list) => list[next() % list.length];
  const hex = (length) => Array.from({ length }, () => (next() & 15).toString(16)).join("");
  const long = () => (BigInt(next()) << 32n) | BigInt(next());
  const double = () => (next() + next() / 4294967296) / 4294967296;
  const bytes = (length) => {
    const out = new Uint8Array(length);
    for (let i = 0; i < length; i++) out[i] = next() & 255;
    return out;
  };
  const bool = (share = 0.5) => next() / 4294967296 < share;
  return { next, int, pick, hex, long, double, bytes, bool };
}
