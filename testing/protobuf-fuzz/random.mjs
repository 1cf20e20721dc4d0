/** Everything random comes from here: the same seed gives the same schemas, values and mutations. */

/** A stream of random choices. */
export function createRandom(seed) {
  let state = seed | 0;
  /** A whole number below `n`. */
  const below = (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
  return {
    below,
    /** True once in `n` times. */
    once: (n) => below(n) === 0,
    pick: (list) => list[below(list.length)],
    /** 64 random bits, of which the upper ones are often zero. */
    bits() {
      const wide = (BigInt(below(2 ** 32)) << 32n) | BigInt(below(2 ** 32));
      return wide >> BigInt(below(64));
    },
    bytes: (n) => Uint8Array.from({ length: n }, () => below(256)),
  };
}
