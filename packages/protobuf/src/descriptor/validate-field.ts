import * as F from "./features.js";
import { FieldType } from "./model.js";
import type { Raw } from "./raw.js";
import { shown } from "./schema-error.js";
import type { Check } from "./validate.js";
import { checkFeatures, setsFeature } from "./validate-features.js";
import { defaultJsonName } from "./validate-json-names.js";

export const lastFieldNumber = 536870911;
export const typeReference: RegExp = /^\.?[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$/;

/** Numbers that implementations keep for themselves. */
const ownNumbers = [19000, 19999] as const;

const repeated = 3;
const required = 2;

/** What is known of a field when its rules are checked. */
interface Field {
  readonly r: Raw;
  readonly options: Raw;
  readonly type: number;
  readonly label: number;
  /** How the field is named in errors. */
  readonly what: string;
  readonly extension: boolean;
  readonly features: F.Features;
}

/**
 * Checks a `google.protobuf.FieldDescriptorProto`: of a message, or an extension. The fields of a map's entry repeat the
 * features that the map sets, whether they fit them or not.
 */
export function checkField(
  check: Check,
  r: Raw,
  kind: "field" | "extension",
  inherited: F.Features,
  typeName: string | undefined,
  inEntry: boolean,
): void {
  const name = check.named(r, kind);
  const what = `${kind} ${name}`;
  const number = r.int(3);
  const of = typeName === undefined ? "" : ` (in message ${typeName})`;
  const fail = (detail: string): never => check.fail(`${what} ${detail}${of}`);
  if (number < 1 || number > lastFieldNumber)
    fail(`has the number ${number}, which is not in 1 to ${lastFieldNumber}`);
  if (number >= ownNumbers[0] && number <= ownNumbers[1])
    fail(`has the number ${number}; ${ownNumbers[0]} to ${ownNumbers[1]} are reserved`);
  const [type, label] = [r.int(5), r.int(4)];
  if (type < 1 || type > 18) fail(`has the type ${type}, which is not in 1 to 18`);
  if (label < 1 || label > 3) fail(`has the label ${label}, which is not in 1 to 3`);
  const options = r.message(8);
  const extension = kind === "extension";
  const features = checkFeatures(check, inherited, options, "field", what);
  const field: Field = { r, options, type, label, what, extension, features };
  checkReference(field, fail);
  checkPlace(field, fail);
  checkLabel(field, check.edition, fail);
  checkOptions(field, check.edition, fail);
  if (!inEntry) checkOwnFeatures(field, fail);
  if (r.has(7)) checkDefault(check, field, fail);
}

type Fail = (detail: string) => never;

function checkReference({ r, type }: Field, fail: Fail): void {
  const refers = isMessage(type) || type === FieldType.ENUM;
  const reference = r.string(6);
  if (refers && !typeReference.test(reference))
    fail(`refers to ${shown(reference)}, which is not the name of a type`);
  if (!refers && reference !== "") fail(`refers to ${shown(reference)}, but is of a scalar type`);
}

function isMessage(type: number): boolean {
  return type === FieldType.MESSAGE || type === FieldType.GROUP;
}

function checkPlace({ r, extension }: Field, fail: Fail): void {
  if (!extension && r.has(2)) fail(`extends ${shown(r.string(2))}, but stands among fields`);
  if (extension && r.has(9)) fail("is in a oneof");
}

function checkLabel(
  { r, type, label, extension, features }: Field,
  edition: number,
  fail: Fail,
): void {
  const inOneof = r.has(9);
  if (label === required && edition !== 998)
    fail(
      edition === 999
        ? "is required, which proto3 has not"
        : "is required: editions have a feature for that",
    );
  if (type === FieldType.GROUP && edition !== 998)
    fail(
      edition === 999
        ? "is a group, which proto3 has not"
        : "is a group: editions have a feature for that",
    );
  if (inOneof && label !== 1) fail("is in a oneof and not singular");
  if (extension && (label === required || features[1] === F.LEGACY_REQUIRED)) fail("is required");
  if (!r.bool(17)) return;
  if (edition !== 999) fail("has proto3_optional outside of proto3");
  if (label !== 1) fail("has proto3_optional and is not singular");
  if (!extension && !inOneof) fail("has proto3_optional without a oneof of its own");
}

function checkOptions(field: Field, edition: number, fail: Fail): void {
  const { options, type, r } = field;
  if (field.extension && r.has(10) && r.string(10) !== defaultJsonName(r.string(1)))
    fail("is an extension and has a JSON name");
  if (options.bool(2) && !packable(field)) fail("is packed, but no list of numbers");
  if (options.has(2) && edition >= 1000) fail("sets packed: editions have a feature for that");
  if (options.int(6) !== 0 && !isWide(type)) fail("has a jstype, but is no 64-bit integer");
  if ((options.bool(5) || options.bool(15)) && type !== FieldType.MESSAGE)
    fail("is lazy, but no message");
}

function packable({ type, label }: Field): boolean {
  const plain = !isMessage(type) && type !== FieldType.STRING && type !== FieldType.BYTES;
  return label === repeated && plain;
}

/** Features that the field sets itself have to be of use to it. */
function checkOwnFeatures(field: Field, fail: Fail): void {
  const { options, type, label, r } = field;
  const sets = (feature: number): boolean => setsFeature(options, feature);
  if (sets(1)) {
    if (r.has(9)) fail("is in a oneof and sets its presence");
    if (label === repeated) fail("is repeated and sets its presence");
    if (field.extension) fail("is an extension and sets its presence");
    if (isMessage(type) && field.features[1] === F.IMPLICIT)
      fail("is a message of implicit presence");
  }
  if (sets(3) && label !== repeated) fail("is not repeated and sets the encoding of lists");
  if (sets(3) && field.features[3] === F.PACKED && !packable(field))
    fail("is packed, but no list of numbers");
  // a map's features are for its keys and values
  if (sets(4) && type !== FieldType.STRING && type !== FieldType.MESSAGE)
    fail("is no string and sets the validation of UTF-8");
  if (sets(5) && type !== FieldType.MESSAGE) fail("sets the encoding of messages, but is none");
}

function isWide(type: number): boolean {
  const wide: readonly number[] = [
    FieldType.INT64,
    FieldType.UINT64,
    FieldType.FIXED64,
    FieldType.SFIXED64,
    FieldType.SINT64,
  ];
  return wide.includes(type);
}

function checkDefault(check: Check, field: Field, fail: Fail): void {
  const { r, type, label, features } = field;
  const { edition } = check;
  const text = r.string(7);
  if (label === repeated) fail("is repeated and has a default");
  if (isMessage(type)) fail("is a message and has a default");
  if (edition === 999) fail("has a default, which proto3 has not");
  if (features[1] === F.IMPLICIT && !r.has(9) && edition >= 1000)
    fail("has a default and implicit presence");
  const problem = defaultProblem(type, text);
  if (problem !== undefined) check.fail(`the default of ${r.string(1)} ${problem}: ${shown(text)}`);
}

const ranges: Readonly<Record<number, readonly [low: bigint, high: bigint]>> = {
  [FieldType.INT32]: [-(2n ** 31n), 2n ** 31n - 1n],
  [FieldType.SINT32]: [-(2n ** 31n), 2n ** 31n - 1n],
  [FieldType.SFIXED32]: [-(2n ** 31n), 2n ** 31n - 1n],
  [FieldType.UINT32]: [0n, 2n ** 32n - 1n],
  [FieldType.FIXED32]: [0n, 2n ** 32n - 1n],
  [FieldType.INT64]: [-(2n ** 63n), 2n ** 63n - 1n],
  [FieldType.SINT64]: [-(2n ** 63n), 2n ** 63n - 1n],
  [FieldType.SFIXED64]: [-(2n ** 63n), 2n ** 63n - 1n],
  [FieldType.UINT64]: [0n, 2n ** 64n - 1n],
  [FieldType.FIXED64]: [0n, 2n ** 64n - 1n],
};

function defaultProblem(type: number, text: string): string | undefined {
  switch (type) {
    case FieldType.STRING:
    case FieldType.BYTES:
      return undefined;
    case FieldType.BOOL:
      return text === "true" || text === "false" ? undefined : "is neither true nor false";
    case FieldType.ENUM:
      return /^[A-Za-z_]\w*$/.test(text) ? undefined : "is not the name of a value";
    case FieldType.DOUBLE:
    case FieldType.FLOAT:
      return /^(-?inf|-?nan|[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?)$/.test(text)
        ? undefined
        : "is not a number";
    default: {
      // no integer has more digits; a long text would take long to read
      if (!/^-?\d{1,20}$/.test(text)) return "is not an integer";
      const [low, high] = ranges[type]!;
      const value = BigInt(text);
      return value < low || value > high ? "is out of range" : undefined;
    }
  }
}
