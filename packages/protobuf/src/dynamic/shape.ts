/** Names as the compiler takes them for computed fields. */
type Names = readonly ["a", "b", "c", "d", "e", "f", "g", "h"];

/** A class without members, or one that was made here. */
type Base = new () => object;

/**
 * A class whose instances have these own properties in this order. Without code of their own for each class (which
 * takes `eval`), computed fields are what keeps objects of many properties fast: stores by key, one behind the other,
 * make a dictionary of the object from the thirteenth property on. So fields are added eight, four, two or one at a
 * time, each time by a class that extends the one before.
 */
export function classWith(names: readonly string[], values: readonly unknown[]): Base {
  let base: Base = class {};
  for (let at = 0; at < names.length; ) {
    const left = names.length - at;
    const size = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
    base = extended(base, names.slice(at, at + size), values.slice(at, at + size));
    at += size;
  }
  return base;
}

function extended(base: Base, names: readonly string[], values: readonly unknown[]): Base {
  const [a, b, c, d, e, f, g, h] = names as unknown as Names;
  const [p, q, r, s, t, u, v, w] = values;
  switch (names.length) {
    case 1:
      return class extends base {
        [a] = p;
      };
    case 2:
      return class extends base {
        [a] = p;
        [b] = q;
      };
    case 4:
      return class extends base {
        [a] = p;
        [b] = q;
        [c] = r;
        [d] = s;
      };
    default:
      return class extends base {
        [a] = p;
        [b] = q;
        [c] = r;
        [d] = s;
        [e] = t;
        [f] = u;
        [g] = v;
        [h] = w;
      };
  }
}
