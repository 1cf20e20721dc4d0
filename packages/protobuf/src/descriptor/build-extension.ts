import { type Build, buildField, lookup, type Parent, qualified, type Writable } from "./build.js";
import type { DescField } from "./model.js";
import { camelCase } from "./names.js";
import type { Raw } from "./raw.js";

/** Builds an extension from a `google.protobuf.FieldDescriptorProto`. */
export function buildExtension(b: Build, raw: Raw, parent: Parent): DescField {
  const field = buildField(
    b,
    raw,
    parent,
    camelCase(raw.string(1)),
    undefined,
  ) as Writable<DescField>;
  field.typeName = qualified(b, parent, field.name);
  field.jsonName = `[${field.typeName}]`;
  if (field.cardinality === "singular" && field.presence === "implicit")
    field.presence = "explicit";
  b.later.push(() => {
    field.extendee = lookup(b.messages, raw.string(2), field, b);
  });
  return field;
}
