/** What the fuzzer found, counted and told. */

/** Thrown for a disagreement that no difference accounts for, or an invariant that does not hold. */
export class Finding extends Error {}

/** Counts of what was tried and of the differences that accounted for something. */
export function createTally() {
  const counts = new Map();
  const accounted = new Map();
  return {
    count: (name, n = 1) => counts.set(name, (counts.get(name) ?? 0) + n),
    accounted: (peer, name) => {
      const key = `${peer}: ${name}`;
      accounted.set(key, (accounted.get(key) ?? 0) + 1);
    },
    get: (name) => counts.get(name) ?? 0,
    print() {
      for (const [name, n] of counts) console.log(`  ${name}: ${n.toLocaleString("en")}`);
      const list = [...accounted].sort(([a], [b]) => (a < b ? -1 : 1));
      console.log(`  differences: ${list.map(([key, n]) => `${key} ${n}`).join(", ")}`);
    },
  };
}
