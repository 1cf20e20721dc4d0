import { type DescMessage, FieldType } from "./model.js";

/** Fields of the well-known types that have a form of their own in JSON or in messages: name, number and type. */
const T = FieldType;
const shapes: Readonly<
  Record<string, readonly (readonly [string, number, FieldType, boolean?])[]>
> = {
  Any: [
    ["type_url", 1, T.STRING],
    ["value", 2, T.BYTES],
  ],
  Timestamp: [
    ["seconds", 1, T.INT64],
    ["nanos", 2, T.INT32],
  ],
  Duration: [
    ["seconds", 1, T.INT64],
    ["nanos", 2, T.INT32],
  ],
  FieldMask: [["paths", 1, T.STRING, true]],
  Struct: [["fields", 1, T.MESSAGE, true]],
  ListValue: [["values", 1, T.MESSAGE, true]],
  Value: [
    ["null_value", 1, T.ENUM],
    ["number_value", 2, T.DOUBLE],
    ["string_value", 3, T.STRING],
    ["bool_value", 4, T.BOOL],
    ["struct_value", 5, T.MESSAGE],
    ["list_value", 6, T.MESSAGE],
  ],
  DoubleValue: [["value", 1, T.DOUBLE]],
  FloatValue: [["value", 1, T.FLOAT]],
  Int64Value: [["value", 1, T.INT64]],
  UInt64Value: [["value", 1, T.UINT64]],
  Int32Value: [["value", 1, T.INT32]],
  UInt32Value: [["value", 1, T.UINT32]],
  BoolValue: [["value", 1, T.BOOL]],
  StringValue: [["value", 1, T.STRING]],
  BytesValue: [["value", 1, T.BYTES]],
};

/** What is wrong with a message that has the name of a well-known type, which codecs treat in its own way. */
export function wellKnownFault(desc: DescMessage): string | undefined {
  const [, name] = /^google\.protobuf\.(\w+)$/.exec(desc.typeName) ?? [];
  if (name === undefined || name === "EnumValue") return undefined;
  const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
  if (shape === undefined)
    return name.endsWith("Value") ? `${desc.typeName} is no well-known type` : undefined;
  const same =
    desc.fields.length === shape.length &&
    shape.every(([fieldName, number, type, repeated], i) => {
      const field = desc.fields[i]!;
      return (
        field.name === fieldName &&
        field.number === number &&
        field.type === type &&
        (field.cardinality !== "singular") === (repeated === true) &&
        !field.delimited
      );
    }) &&
    inner(desc, name);
  return same ? undefined : `${desc.typeName} has not the fields of the well-known type`;
}

/** What the messages in `Struct`, `Value` and `ListValue` are. */
function inner(desc: DescMessage, name: string): boolean {
  const is = (index: number, type: string): boolean => {
    const field = desc.fields[index]!;
    return (field.mapValue ?? field).message?.typeName === `google.protobuf.${type}`;
  };
  switch (name) {
    case "Struct":
      return desc.fields[0]!.mapKey?.type === T.STRING && is(0, "Value");
    case "ListValue":
      return is(0, "Value");
    case "Value":
      return (
        desc.oneofs.length === 1 &&
        desc.oneofs[0]!.fields.length === 6 &&
        desc.fields[0]!.enum?.typeName === "google.protobuf.NullValue" &&
        desc.fields[0]!.enum.open &&
        is(4, "Struct") &&
        is(5, "ListValue")
      );
    case "Any":
    case "FieldMask":
      return true;
    default:
      return (
        desc.oneofs.length === 0 && desc.fields.every((field) => field.presence === "implicit")
      );
  }
}
