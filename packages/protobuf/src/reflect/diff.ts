import { type DescField, FieldType } from "../descriptor/model.js";
import type { FieldPath } from "../errors.js";
import { sameElement } from "../message/equals.js";
import { unknownFields } from "../message/unknown-fields.js";
import { isBytes } from "../wire/write-scalar.js";
import { isSetValue, reflect } from "./reflection.js";
import { requireSubject, subjectOf } from "./subject.js";
import { join, keyPath, pathOf } from "./walk.js";

/** One difference between two messages. */
export interface Difference {
  /** Where it is, as in errors: `records[3].labels["env"]`; that of the message for its unknown fields. */
  readonly path: FieldPath;
  /** The field; `undefined` for a message's unknown fields. */
  readonly field: DescField | undefined;
  /** The value before, `undefined` if there was none. For unknown fields their list. */
  readonly before: unknown;
  /** The value after, `undefined` if there is none. */
  readonly after: unknown;
}

/** Options of {@link diff}. */
export interface DiffOptions {
  /** Compare only the fields that the schema knows. Extensions are unknown fields. Default false. */
  readonly ignoreUnknownFields?: boolean;
}

/**
 * What differs between two messages or views of one type, field by field in the order of their numbers. Messages that
 * both sides have are gone into; lists are compared element by element, maps key by key. Empty if, and only if, the two
 * are equal as `equals` has it.
 * @throws TypeError for what is no message, and for messages of two types.
 */
export function diff(before: object, after: object, options?: DiffOptions): Difference[] {
  const [a, b] = [requireSubject(before, "diff"), requireSubject(after, "diff")];
  if (a.desc.typeName !== b.desc.typeName)
    throw new TypeError(
      `diff takes two messages of one type, got ${a.desc.typeName} and ${b.desc.typeName}`,
    );
  const found: Difference[] = [];
  inMessages(found, before, after, "", options?.ignoreUnknownFields !== true);
  return found;
}

function inMessages(
  found: Difference[],
  before: object,
  after: object,
  path: string,
  unknown: boolean,
): void {
  const [a, b] = [reflect(before), reflect(after)];
  for (const member of a.desc.members) {
    // of a oneof: the one that was set goes, and the one that is set comes
    const fields =
      member.kind === "field" ? [member] : member.fields.filter((f) => a.has(f) || b.has(f));
    for (const field of fields) {
      const [x, y] = [a.get(field), b.get(field)];
      const [had, has] = [isSetValue(field, x), isSetValue(field, y)];
      const at = join(path, pathOf(field));
      if (had || has) inField(found, field, had ? x : undefined, has ? y : undefined, at, unknown);
    }
  }
  if (!unknown) return;
  const [x, y] = [unknownFields(before), unknownFields(after)];
  if (unknownKey(x) !== unknownKey(y)) found.push({ path, field: undefined, before: x, after: y });
}

/** Whether two values of a field differ. */
export function fieldDiffers(field: DescField, before: unknown, after: unknown): boolean {
  const found: Difference[] = [];
  inField(found, field, before, after, "", true);
  return found.length > 0;
}

/** Unknown fields of one number in their order, as `equals` compares them. */
function unknownKey(fields: ReturnType<typeof unknownFields>): string {
  return [...fields]
    .sort((a, b) => a.number - b.number)
    .map(({ bytes }) => bytes.join())
    .join(";");
}

function inField(
  found: Difference[],
  field: DescField,
  before: unknown,
  after: unknown,
  path: string,
  unknown: boolean,
): void {
  if (field.cardinality === "list") {
    const [x, y] = [(before ?? []) as ArrayLike<unknown>, (after ?? []) as ArrayLike<unknown>];
    for (let i = 0; i < Math.max(x.length, y.length); i++)
      values(found, field, x[i], y[i], `${path}[${i}]`, unknown);
  } else if (field.cardinality === "map") {
    const [x, y] = [asMap(before), asMap(after)];
    for (const key of new Set([...x.keys(), ...y.keys()]))
      values(found, field, x.get(key), y.get(key), path + keyPath(key), unknown);
  } else values(found, field, before, after, path, unknown);
}

function asMap(value: unknown): ReadonlyMap<unknown, unknown> {
  return (value ?? new Map()) as ReadonlyMap<unknown, unknown>;
}

function values(
  found: Difference[],
  field: DescField,
  before: unknown,
  after: unknown,
  path: string,
  unknown: boolean,
): void {
  const { mapping } = field.mapValue ?? field;
  if (mapping !== undefined) {
    const both = before !== undefined && after !== undefined;
    if (!both || !sameElement(field.mapValue ?? field, before, after, unknown))
      found.push({ path, field, before, after });
  } else if (subjectOf(before) !== undefined && subjectOf(after) !== undefined)
    inMessages(found, before as object, after as object, path, unknown);
  else if (!same(field.mapValue ?? field, before, after))
    found.push({ path, field, before, after });
}

function isFloat({ type, message, unboxed }: DescField): boolean {
  const held = unboxed === "wrapper" ? message!.fieldByNumber(1)!.type : type;
  return held === FieldType.FLOAT;
}

/** Whether two scalars, or two JSON values of an unboxed `Struct`, are the same. */
function same(field: DescField, a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== typeof b || a === undefined || b === undefined) return false;
  if (typeof a === "number" && isFloat(field))
    return Object.is(Math.fround(a), Math.fround(b as number));
  if (isBytes(a) && isBytes(b)) return a.length === b.length && a.every((byte, i) => byte === b[i]);
  if (typeof a !== "object" || a === null || b === null) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b as object)];
  return (
    Array.isArray(a) === Array.isArray(b) &&
    keys.length === others.length &&
    keys.every(
      (key) =>
        Object.hasOwn(b as object, key) &&
        same(field, (a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]),
    )
  );
}
