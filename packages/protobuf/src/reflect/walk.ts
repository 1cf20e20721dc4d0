import type { DescField, DescMessage } from "../descriptor/model.js";
import type { FieldPath } from "../errors.js";
import { getExtension } from "../message/extension-access.js";
import { unknownFields } from "../message/unknown-fields.js";
import type { Registry } from "../registry.js";
import { type AnyLike, anyUnpack } from "../wkt/any.js";
import { reflect } from "./reflection.js";
import { requireSubject, subjectOf } from "./subject.js";

/** What a walk has come to: a message, or one value of a field. */
export interface Visited {
  /** Where it is, as in errors: `records[3].labels["env"]`, `""` for the message that the walk began with. */
  readonly path: FieldPath;
  /** The field that holds it; `undefined` for the message that the walk began with and for what an `Any` holds. */
  readonly field: DescField | undefined;
  /** The value: a list's element, a map's value, or that of a singular field. */
  readonly value: unknown;
  /** The value's descriptor if it is a message. */
  readonly desc: DescMessage | undefined;
  /** In lists. */
  readonly index: number | undefined;
  /** In maps. */
  readonly key: unknown;
}

/** Options of {@link walk}. */
export interface WalkOptions {
  /** With it the walk goes on in what an `Any` holds and in extensions, if the registry knows them. */
  readonly registry?: Registry;
  /** Levels of nesting, those in an `Any` included. Default 100. */
  readonly depth?: number;
}

interface Walk {
  readonly visit: (at: Visited) => unknown;
  readonly registry: Registry | undefined;
  depth: number;
}

/**
 * Calls `visit` for a message and for every value that is set in it, outer ones first, fields in the order of their
 * numbers. Where it returns `false`, the walk does not go into the value. Takes messages and views.
 * @throws TypeError for what is no message, and for one that is nested deeper than the limit.
 * @throws DecodeError if an `Any`, an extension or a view that is not validated holds malformed bytes.
 */
export function walk(
  value: object,
  visit: (at: Visited) => boolean | void,
  options?: WalkOptions,
): void {
  const { desc } = requireSubject(value, "walk");
  const state = { visit, registry: options?.registry, depth: options?.depth ?? 100 };
  const at = { path: "", field: undefined, value, desc, index: undefined, key: undefined };
  if (visit(at) !== false) inMessage(state, value, desc, "");
}

function inMessage(state: Walk, message: object, desc: DescMessage, path: string): void {
  if (--state.depth < 0)
    throw new TypeError(
      `${desc.typeName} at ${path || "the top"} is nested deeper than options.depth; does the message contain itself?`,
    );
  for (const [field, value] of reflect(message).fields())
    inField(state, field, value, join(path, pathOf(field)));
  if (state.registry !== undefined) {
    inExtensions(state, message, desc, path);
    if (desc.typeName === "google.protobuf.Any") inAny(state, message as AnyLike, path);
  }
  state.depth++;
}

/** A field as paths name it. */
export function pathOf(field: DescField): string {
  const { localName, oneof, typeName } = field;
  if (typeName !== undefined) return `[${typeName}]`;
  return oneof === undefined ? localName : `${oneof.localName}.${localName}`;
}

export function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** A key as paths name it. */
export function keyPath(key: unknown): string {
  return `[${JSON.stringify(String(key))}]`;
}

function inField(state: Walk, field: DescField, value: unknown, path: string): void {
  if (field.cardinality === "list") {
    const list = value as ArrayLike<unknown>;
    for (let i = 0; i < list.length; i++)
      one(state, field, list[i], { path: `${path}[${i}]`, index: i, key: undefined });
  } else if (field.cardinality === "map") {
    for (const [key, item] of value as ReadonlyMap<unknown, unknown>)
      one(state, field, item, { path: path + keyPath(key), index: undefined, key });
  } else one(state, field, value, { path, index: undefined, key: undefined });
}

function one(
  state: Walk,
  field: DescField,
  value: unknown,
  where: Pick<Visited, "path" | "index" | "key">,
): void {
  const desc = subjectOf(value)?.desc;
  if (state.visit({ ...where, field, value, desc }) === false || desc === undefined) return;
  inMessage(state, value as object, desc, where.path);
}

function inExtensions(state: Walk, message: object, desc: DescMessage, path: string): void {
  const numbers = new Set(unknownFields(message).map(({ number }) => number));
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const extension = state.registry!.extensionByNumber(desc.typeName, number);
    if (extension === undefined) continue;
    const options = { limits: { depth: Math.max(state.depth, 0) } };
    const value: unknown = getExtension(message as never, extension, options);
    inField(state, extension.desc, value, join(path, pathOf(extension.desc)));
  }
}

function inAny(state: Walk, any: AnyLike, path: string): void {
  const options = { limits: { depth: Math.max(state.depth, 0) }, allowPartial: true };
  const held = anyUnpack(any, state.registry!, options);
  const desc = subjectOf(held)?.desc;
  if (desc === undefined) return;
  const at = { path: `${path}[${desc.typeName}]`, field: undefined, value: held, desc };
  if (state.visit({ ...at, index: undefined, key: undefined }) !== false)
    inMessage(state, held as object, desc, at.path);
}
