import { type Build, override, type Parent, qualified } from "./build.js";
import * as F from "./features.js";
import type { DescEnum, DescEnumValue } from "./model.js";
import { enumKey, sharedPrefix } from "./names.js";
import type { Raw } from "./raw.js";

/** Builds an enum from a `google.protobuf.EnumDescriptorProto`; field 7 of its options has the features. */
export function buildEnum(b: Build, raw: Raw, parent: Parent): DescEnum {
  const name = raw.string(1);
  const typeName = qualified(b, parent, name);
  const options = raw.message(3);
  const resolved = override(parent.features, options, 7);
  const rawValues = raw.messages(2);
  const prefix = sharedPrefix(
    name,
    rawValues.map((r) => r.string(1)),
  );
  const values = rawValues.map((r): DescEnumValue => {
    const valueOptions = r.message(3);
    const valueName = r.string(1);
    return {
      kind: "enumValue",
      name: valueName,
      localName: enumKey(valueName, prefix),
      // extension 998 is (pb.enumvalue.json), whose field 1 is the string
      jsonName: valueOptions.message(998).string(1) || valueName,
      number: r.int(2),
      deprecated: valueOptions.bool(1),
      optionBytes: r.bytes(3),
    };
  });
  const byNumber = new Map<number, DescEnumValue>();
  for (const value of values) if (!byNumber.has(value.number)) byNumber.set(value.number, value);
  const byName = new Map(values.map((value) => [value.name, value]));
  const { enums, openEnums } = b.file.representation;
  const desc: DescEnum = {
    kind: "enum",
    name,
    typeName,
    file: b.file,
    parent: parent.message,
    values,
    open: resolved[2] === F.OPEN || enums === "open" || openEnums?.includes(typeName) === true,
    prefix,
    deprecated: options.bool(3),
    optionBytes: raw.bytes(3),
    valueByNumber: (number) => byNumber.get(number),
    valueByName: (valueName) => byName.get(valueName),
  };
  b.enums.set(typeName, desc);
  return desc;
}
