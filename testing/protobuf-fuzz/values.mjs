/** Random neutral messages of a model. */
import { isDefault, mapOf } from "./model.mjs";

const texts = [
  "",
  "a",
  "env",
  "ünï",
  "\u{1f600}",
  "\ufeffbom",
  "\ufffd",
  "__proto__",
  "constructor",
];
const longTexts = [
  "x".repeat(27),
  "y".repeat(28),
  "é".repeat(64),
  "long ".repeat(40),
  'q"\\\n\t\u0000',
];
const doubles = [
  0,
  -0,
  1,
  1.5,
  Number.NaN,
  Infinity,
  -Infinity,
  -1e308,
  5e-324,
  1e21,
  123456789.125,
];
const floats = [
  0,
  -0,
  1,
  0.5,
  Number.NaN,
  -Infinity,
  2 ** 127,
  2 ** -149,
  16777216,
  3.4028234663852886e38,
];

/** A message nested at most `depth` levels, of about as many messages as `budget.left` allows. */
export function randomMessage(random, model, depth, budget = { left: 12 }) {
  budget.left--;
  const fields = new Map();
  const taken = new Set();
  for (const field of model.fields) {
    const wanted = field.presence === "required" || !random.once(3);
    if (!wanted || (field.oneof !== undefined && taken.has(field.oneof))) continue;
    // one member of a oneof, not always the first
    if (field.oneof !== undefined && random.once(2)) continue;
    const value = randomField(random, field, depth, budget);
    if (value === undefined) continue;
    if (field.oneof !== undefined) taken.add(field.oneof);
    fields.set(field.number, value);
  }
  return { fields, unknown: [] };
}

/** The value of a field, `undefined` for none. */
export function randomField(random, field, depth, budget = { left: 12 }) {
  const holdsMessage = (field.message ?? field.value?.message) !== undefined;
  if (holdsMessage && (depth <= 0 || budget.left <= 0)) return undefined;
  const one = (of) => randomElement(random, of, depth, budget);
  if (field.cardinality === "list") {
    const n = holdsMessage ? random.below(4) : random.pick([0, 1, 1, 2, 3, 5]);
    const list = Array.from({ length: n }, () => one(field));
    return list.length > 0 ? list : undefined;
  }
  if (field.cardinality === "map") {
    const entries = Array.from({ length: random.below(4) }, () => [
      one(field.key),
      one(field.value),
    ]);
    return entries.length > 0 ? mapOf(entries) : undefined;
  }
  const value = one(field);
  return field.presence === "implicit" && isDefault(field, value) ? undefined : value;
}

function randomElement(random, field, depth, budget) {
  if (field.message !== undefined) {
    const { message } = field;
    return wellKnownValue(random, message) ?? randomMessage(random, message, depth - 1, budget);
  }
  if (field.enum !== undefined) {
    const odd = Number(BigInt.asIntN(32, random.bits()));
    return field.enum.open && random.once(4) ? odd : random.pick(field.enum.values).number;
  }
  return randomScalar(random, field.type);
}

/** Values that have a JSON form. */
function wellKnownValue(random, model) {
  const of = (...values) => ({
    fields: new Map(values.map((v, i) => [i + 1, v]).filter(([, v]) => v !== 0n && v !== 0)),
    unknown: [],
  });
  switch (model.typeName) {
    case "google.protobuf.Timestamp":
      return of(
        BigInt(random.below(2 ** 32)) * 50n - 60_000_000_000n,
        random.pick([0, 1, 999_999_999, 120_000_000, 5000]),
      );
    case "google.protobuf.Duration": {
      const sign = random.pick([1, -1]);
      return of(
        BigInt(sign) * BigInt(random.below(2 ** 31)) * 100n,
        sign * random.pick([0, 1, 999_999_999, 120_000_000]),
      );
    }
    case "google.protobuf.FieldMask":
      return random.once(4)
        ? of()
        : of(
            Array.from({ length: 1 + random.below(3) }, () =>
              random.pick(["a", "user_name", "a.b_c.d"]),
            ),
          );
    case "google.protobuf.Value":
      return randomValue(random, 3);
    default:
      return undefined;
  }
}

/** A `google.protobuf.Value` that JSON can say: it has a kind, and its number is finite. */
function randomValue(random, depth) {
  const of = (number, value) => ({ fields: new Map([[number, value]]), unknown: [] });
  const some = (make) => Array.from({ length: random.below(3) }, make);
  switch (random.below(depth > 0 ? 6 : 4)) {
    case 0:
      return of(1, 0);
    case 1:
      return of(2, random.pick([0, -0, 1, 1.5, 1e21]));
    case 2:
      return of(3, random.pick(texts));
    case 3:
      return of(4, random.once(2));
    case 4: {
      const entries = mapOf(some(() => [random.pick(texts), randomValue(random, depth - 1)]));
      return of(5, { fields: new Map(entries.length > 0 ? [[1, entries]] : []), unknown: [] });
    }
    default: {
      const list = some(() => randomValue(random, depth - 1));
      return of(6, { fields: new Map(list.length > 0 ? [[1, list]] : []), unknown: [] });
    }
  }
}

function randomScalar(random, type) {
  switch (type) {
    case 1:
      return random.pick(doubles);
    case 2:
      return random.pick(floats);
    case 8:
      return random.once(2);
    case 9:
      return random.pick(random.once(3) ? longTexts : texts);
    case 12:
      return random.bytes(random.pick([0, 1, 2, 31, 32, 33, 300]));
    case 13:
    case 7:
      return Number(BigInt.asUintN(32, random.bits()));
    case 5:
    case 15:
    case 17:
      return Number(BigInt.asIntN(32, random.bits()));
    case 4:
    case 6:
      return BigInt.asUintN(64, random.bits());
    default:
      return BigInt.asIntN(64, random.once(2) ? random.bits() : -random.bits());
  }
}
