import * as fc from "fast-check";
import { text } from "./scalar.js";

const nanos = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999_999 }));
const identifier = fc.stringMatching(/^[a-z]{1,6}(_[a-z]{1,4}){0,2}$/);
const path = fc.array(identifier, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("."));

/**
 * Init literals of the well-known types that have a form of their own in JSON, inside of which they have to be; `Any` is
 * made where registries are known.
 */
export function wellKnown(typeName: string): fc.Arbitrary<object> | undefined {
  switch (typeName) {
    case "google.protobuf.Timestamp":
      return fc.record({ seconds: fc.bigInt({ min: -62135596800n, max: 253402300799n }), nanos });
    case "google.protobuf.Duration":
      return fc
        .record({
          seconds: fc.bigInt({ min: 0n, max: 315576000000n }),
          nanos,
          negative: fc.boolean(),
        })
        .map(({ seconds, nanos: n, negative }) =>
          negative
            ? { seconds: -seconds, nanos: n === 0 ? 0 : -n }
            : { seconds, nanos: seconds === 315576000000n ? 0 : n },
        );
    case "google.protobuf.FieldMask":
      return fc.record({ paths: fc.array(path, { maxLength: 3 }) });
    case "google.protobuf.Value":
      return value(2);
    case "google.protobuf.ListValue":
      return fc.record({ values: fc.array(value(2), { maxLength: 3 }) });
    case "google.protobuf.Struct":
      return struct(2);
    default:
      return undefined;
  }
}

function struct(depth: number): fc.Arbitrary<object> {
  return fc.record({
    fields: fc.dictionary(text, value(depth), { maxKeys: 3, noNullPrototype: true }),
  });
}

/** A `Value` has a kind, and its numbers are finite: there is no JSON without. */
function value(depth: number): fc.Arbitrary<object> {
  const one = <T>(name: string, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<object> =>
    arbitrary.map((held) => ({ kind: { case: name, value: held } }));
  const plain = [
    one("nullValue", fc.constant(0)),
    one("numberValue", fc.double({ noNaN: true, noDefaultInfinity: true })),
    one("stringValue", text),
    one("boolValue", fc.boolean()),
  ];
  if (depth === 0) return fc.oneof(...plain);
  const list = fc.record({ values: fc.array(value(depth - 1), { maxLength: 3 }) });
  return fc.oneof(...plain, one("structValue", struct(depth - 1)), one("listValue", list));
}
