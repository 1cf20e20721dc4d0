import type { DescField } from "../descriptor/model.js";
import type { FieldMask } from "../gen/google/protobuf/field_mask.pb.js";
import { type FieldMaskLike, fieldMaskApply, fieldMaskUnion } from "../wkt/field-mask.js";
import { diff, fieldDiffers } from "./diff.js";
import { isSetValue, reflect } from "./reflection.js";
import { requireSubject, subjectOf } from "./subject.js";

/**
 * A new message with the fields of a message or view that the mask covers. What is taken over is copied; unknown fields
 * are not. An empty mask gives an empty message.
 * @throws TypeError for what is no message, and naming the first path that is not one of its type.
 */
export function applyMask(value: object, mask: FieldMaskLike): object {
  const { type, view } = requireSubject(value, "applyMask");
  const message = view ? (value as { $toMessage(): object }).$toMessage() : value;
  return fieldMaskApply(type, mask, message);
}

/**
 * The mask of what is set in a message or view: paths in names of the schema, through singular messages down to what is
 * no message, to lists and maps, or to empty messages. With `base`, the mask of what differs from it: what an update of
 * `base` to `value` has to name.
 * @throws TypeError for what is no message, and for a `base` of another type.
 */
export function maskOf(value: object, base?: object): FieldMask {
  requireSubject(value, "maskOf");
  const paths: string[] = [];
  if (base === undefined) setPaths(value, "", paths);
  else {
    // throws for two types
    diff(base, value);
    changedPaths(base, value, "", paths);
  }
  return fieldMaskUnion({ paths });
}

/** Whether paths can go on in what a field holds. */
function passable(field: DescField): boolean {
  return (
    field.cardinality === "singular" &&
    field.message !== undefined &&
    field.unboxed === undefined &&
    field.mapping === undefined
  );
}

function setPaths(value: object, prefix: string, paths: string[]): void {
  for (const [field, held] of reflect(value).fields()) {
    const before = paths.length;
    if (passable(field)) setPaths(held as object, `${prefix}${field.name}.`, paths);
    if (paths.length === before) paths.push(prefix + field.name);
  }
}

function changedPaths(before: object, after: object, prefix: string, paths: string[]): void {
  const [a, b] = [reflect(before), reflect(after)];
  for (const field of a.desc.fields) {
    const [x, y] = [a.get(field), b.get(field)];
    const [had, has] = [isSetValue(field, x), isSetValue(field, y)];
    if (!had && !has) continue;
    if (passable(field) && subjectOf(x) !== undefined && subjectOf(y) !== undefined)
      changedPaths(x as object, y as object, `${prefix}${field.name}.`, paths);
    else if (had !== has || fieldDiffers(field, x, y)) paths.push(prefix + field.name);
  }
}
