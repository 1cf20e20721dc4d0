import type { Random } from "./random.js";

/** 1 January 2024, in seconds. */
const begin = 1_704_067_200;
const day = 86_400;

/** What a well-known type is filled with that means something; `undefined` for other types. */
export function wellKnown(typeName: string, random: Random): Record<string, unknown> | undefined {
  switch (typeName) {
    case "google.protobuf.Timestamp":
      return { seconds: BigInt(begin + random.below(365) * day), nanos: 0 };
    case "google.protobuf.Duration":
      return { seconds: BigInt(1 + random.below(3_600)), nanos: 0 };
    case "google.protobuf.FieldMask":
      return { paths: ["name"] };
    case "google.protobuf.Value":
      return { kind: { case: "stringValue", value: `value ${1 + random.below(999)}` } };
    case "google.protobuf.ListValue":
      return { values: [{ kind: { case: "numberValue", value: 1 + random.below(999) } }] };
    case "google.protobuf.Struct":
      return { fields: { key: { kind: { case: "boolValue", value: true } } } };
    // It would have to hold a type that whoever reads it knows.
    case "google.protobuf.Any":
      return {};
    default:
      return undefined;
  }
}
