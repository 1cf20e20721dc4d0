import type { DescField, DescMessage } from "../descriptor/model.js";
import { FieldMask } from "../gen/google/protobuf/field_mask.pb.js";
import { clone } from "../message/clone.js";
import { type AnyMessage, newMessage, typeOf } from "../message/codec.js";
import type { MessageType } from "../message/message-type.js";

/** What the helpers read of a field mask. */
export interface FieldMaskLike {
  readonly paths: readonly string[];
}

/**
 * A mask of paths in names of the schema: `address.zip_code`. The paths are put in order, those that another one covers
 * are left out.
 * @param type The messages the mask is for.
 * @throws TypeError naming the first path that is not one of this type.
 */
export function fieldMaskFromPaths(type: MessageType, paths: Iterable<string>): FieldMask {
  const mask = { paths: [...paths] };
  fieldMaskToPaths(type, mask);
  return FieldMask.create({ paths: normal(mask.paths) });
}

/**
 * The paths of a mask, in order and without those that another one covers.
 * @throws TypeError naming the first path that is not one of this type.
 */
export function fieldMaskToPaths(type: MessageType, mask: FieldMaskLike): string[] {
  for (const path of mask.paths) fieldsOf(type.desc, path);
  return normal(mask.paths);
}

/** The mask of what both masks cover. */
export function fieldMaskIntersect(a: FieldMaskLike, b: FieldMaskLike): FieldMask {
  const [ours, theirs] = [orderedKeys(a.paths), orderedKeys(b.paths)];
  const common = [...coveredBy(theirs, ours), ...coveredBy(ours, theirs)];
  return FieldMask.create({ paths: normal(common.map(swapDot)) });
}

/** The mask of what one of the masks covers. */
export function fieldMaskUnion(...masks: readonly FieldMaskLike[]): FieldMask {
  return FieldMask.create({ paths: normal(masks.flatMap(({ paths }) => paths)) });
}

/** Whether a mask covers a path: it has the path itself, or one that the path goes on from. */
export function fieldMaskMatches(mask: FieldMaskLike, path: string): boolean {
  return mask.paths.some((covering) => path === covering || path.startsWith(`${covering}.`));
}

/**
 * A new message with the fields of `message` that the mask covers. What is taken over is copied; unknown fields are not.
 * An empty mask gives an empty message.
 * @throws TypeError naming the first path that is not one of this type.
 */
export function fieldMaskApply<T extends object>(
  type: MessageType<T>,
  mask: FieldMaskLike,
  message: T,
): T {
  const target = newMessage(type);
  const source = clone(type, message) as AnyMessage;
  for (const path of normal(mask.paths)) copy(fieldsOf(type.desc, path), source, target);
  return target as T;
}

/** Copies the field at the end of a chain, making the messages on the way where the source has them. */
function copy(chain: readonly DescField[], source: AnyMessage, target: AnyMessage): void {
  const [field, ...rest] = chain;
  if (field === undefined) return;
  const value = get(field, source);
  if (value === undefined) return;
  if (rest.length === 0) return set(field, target, value);
  let inner = get(field, target);
  if (inner === undefined) set(field, target, (inner = newMessage(typeOf(field.message!))));
  copy(rest, value as AnyMessage, inner as AnyMessage);
}

function get(field: DescField, message: AnyMessage): unknown {
  if (field.oneof === undefined) return message[field.localName];
  const held: { case: string; value: unknown } | undefined = message[field.oneof.localName];
  return held?.case === field.localName ? held.value : undefined;
}

function set(field: DescField, message: AnyMessage, value: unknown): void {
  if (field.oneof === undefined) message[field.localName] = value;
  else message[field.oneof.localName] = { case: field.localName, value };
}

/** The fields along a path. Only singular messages can be gone through. */
function fieldsOf(desc: DescMessage, path: string): DescField[] {
  const chain: DescField[] = [];
  let at: DescMessage | undefined = desc;
  for (const name of path.split(".")) {
    const field: DescField | undefined = at?.fieldByName(name);
    if (field === undefined)
      throw new TypeError(
        `${JSON.stringify(path)} is not a path of ${desc.typeName}: ${reason(at, name, chain)}`,
      );
    chain.push(field);
    const passes: boolean =
      field.cardinality === "singular" &&
      field.unboxed === undefined &&
      field.mapping === undefined;
    at = passes ? field.message : undefined;
  }
  return chain;
}

function reason(at: DescMessage | undefined, name: string, chain: readonly DescField[]): string {
  if (at !== undefined) return `${at.typeName} has no field ${JSON.stringify(name)}`;
  return `${chain.at(-1)!.name} is not a message field that a path can go through`;
}

/** Sorted, without repetitions and paths that another one covers. */
function normal(paths: readonly string[]): string[] {
  return orderedKeys(paths).map(swapDot).sort();
}

/**
 * The paths as keys that sort what a path covers right behind it: the dot is the least of all characters. None of the
 * keys covers another.
 */
function orderedKeys(paths: readonly string[]): string[] {
  const kept: string[] = [];
  for (const key of paths.map(swapDot).sort()) {
    if (!covers(kept.at(-1), key)) kept.push(key);
  }
  return kept;
}

/** Those of `keys` that one of `covering` covers. Both are {@link orderedKeys ordered}. */
function coveredBy(covering: readonly string[], keys: readonly string[]): string[] {
  let next = 0;
  return keys.filter((key) => {
    while (next < covering.length && covering[next]! <= key) next++;
    return covers(covering[next - 1], key);
  });
}

function covers(covering: string | undefined, key: string): boolean {
  if (covering === undefined || !key.startsWith(covering)) return false;
  return key.length === covering.length || key[covering.length] === "\0";
}

/** A path as a key, a key as a path: the dot and the least character change places. */
function swapDot(text: string): string {
  return text.replace(/[.\0]/g, (char) => (char === "." ? "\0" : "."));
}
