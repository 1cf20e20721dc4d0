import * as F from "./features.js";
import { FieldType } from "./model.js";
import type { Raw } from "./raw.js";
import { shown } from "./schema-error.js";
import { type Check, checkExtensions, type Scope } from "./validate.js";
import { checkEnum } from "./validate-enum.js";
import { checkFeatures } from "./validate-features.js";
import { checkField, lastFieldNumber } from "./validate-field.js";
import { checkJsonNames } from "./validate-json-names.js";
import { disjoint, type Range, rangeOf } from "./validate-ranges.js";

/** As protoc's own limit on nested declarations, with room. */
const depthLimit = 100;
/** Extensions of a MessageSet have no tags. */
const lastSetNumber = 2147483646;

/** Checks a `google.protobuf.DescriptorProto` and what is declared in it. */
export function checkMessage(
  check: Check,
  r: Raw,
  siblings: Scope,
  inherited: F.Features,
  prefix: string,
  depth: number,
): void {
  const options = r.message(7);
  const entry = options.bool(7);
  const name = check.named(r, "message", entry);
  const typeName = prefix + name;
  check.unique(siblings, name, "the name");
  if (depth > depthLimit) check.fail(`message ${name} is nested deeper than ${depthLimit} levels`);
  const features = checkFeatures(check, inherited, options, "message", `message ${typeName}`);
  const scope: Scope = new Set();
  const fields = r.messages(2);
  checkOneofs(check, r.messages(8), fields, scope, features, typeName);
  checkFields(check, fields, r.messages(8), scope, features, typeName, entry);
  checkRanges(check, r, fields, typeName, options.bool(1));
  if (options.bool(1)) checkMessageSet(check, fields, typeName);
  if (entry) checkEntry(check, r, name);
  const legacy = features[6] !== F.JSON_ALLOW || options.bool(11);
  checkJsonNames(check, fields, legacy, typeName);
  for (const nested of r.messages(4)) checkEnum(check, nested, scope, features, `${typeName}.`);
  for (const nested of r.messages(3))
    checkMessage(check, nested, scope, features, `${typeName}.`, depth + 1);
  checkExtensions(check, r.messages(6), scope, features);
}

function checkFields(
  check: Check,
  fields: readonly Raw[],
  oneofs: readonly Raw[],
  scope: Scope,
  features: F.Features,
  typeName: string,
  entry: boolean,
): void {
  const numbers: Scope = new Set();
  for (const field of fields) {
    const index = field.has(9) ? field.int(9) : -1;
    const name = field.string(1);
    if (field.has(9) && (index < 0 || index >= oneofs.length))
      check.fail(`field ${name} is in oneof ${index}, which message ${typeName} does not have`);
    const inherited =
      index < 0
        ? features
        : checkFeatures(
            check,
            features,
            oneofs[index]!.message(2),
            "oneof",
            `a oneof of ${typeName}`,
          );
    checkField(check, field, "field", inherited, typeName, entry);
    check.unique(scope, name, `in message ${typeName}, the name`);
    check.unique(numbers, field.int(3), `in message ${typeName}, the number`);
  }
}

/** The fields of a oneof stand behind one another; those that `optional` makes in proto3 come last and have one. */
function checkOneofs(
  check: Check,
  oneofs: readonly Raw[],
  fields: readonly Raw[],
  scope: Scope,
  features: F.Features,
  typeName: string,
): void {
  const sizes = oneofs.map(() => 0);
  const synthetic = oneofs.map(() => false);
  let last = -1;
  for (const field of fields) {
    const index = field.has(9) ? field.int(9) : -1;
    if (index >= 0 && index < sizes.length) {
      if (sizes[index]! > 0 && index !== last)
        check.fail(
          `the fields of oneof ${shown(oneofs[index]!.string(1))} of ${typeName} do not stand behind one another`,
        );
      sizes[index]!++;
      if (field.bool(17)) synthetic[index] = true;
    }
    last = index;
  }
  const firstSynthetic = synthetic.indexOf(true);
  oneofs.forEach((oneof, i) => {
    const name = check.named(oneof, "oneof");
    check.unique(scope, name, `in message ${typeName}, the name`);
    checkFeatures(check, features, oneof.message(2), "oneof", `oneof ${name} of ${typeName}`);
    if (sizes[i] === 0) check.fail(`oneof ${name} of ${typeName} has no fields`);
    if (synthetic[i] && sizes[i] !== 1)
      check.fail(
        `field ${name} of ${typeName} is optional: the oneof that this makes has one field`,
      );
    if (!synthetic[i] && firstSynthetic >= 0 && i > firstSynthetic)
      check.fail(`oneof ${name} of ${typeName} stands behind one that an optional field makes`);
  });
}

function checkRanges(
  check: Check,
  r: Raw,
  fields: readonly Raw[],
  typeName: string,
  messageSet: boolean,
): void {
  const where = `in message ${typeName}`;
  const read = (number: number, what: Range["what"]): Range[] =>
    r.messages(number).map((range) => {
      const [start, end] = [range.int(1), range.int(2)];
      if (start < 1 || end <= start)
        check.fail(`${where}, the ${what} range from ${start} up to ${end} is none`);
      return { start, end, what };
    });
  const extensions = read(5, "extension");
  const last = messageSet ? lastSetNumber : lastFieldNumber;
  for (const { start, end } of extensions) {
    if (end - 1 > last)
      check.fail(`${where}, the extension range ${start} to ${end - 1} goes past ${last}`);
  }
  if (check.edition === 999 && extensions.length > 0)
    check.fail(`${where}, there are extension ranges, which proto3 has not`);
  const sorted = disjoint(check, [...read(9, "reserved"), ...extensions], where);
  const names: Scope = new Set();
  for (const name of r.strings(10)) {
    if (names.has(name)) check.fail(`${where}, the name ${shown(name)} is reserved twice`);
    names.add(name);
  }
  for (const field of fields) {
    const range = rangeOf(sorted, field.int(3));
    if (range?.what === "reserved")
      check.fail(`${where}, the number ${field.int(3)} of field ${field.string(1)} is reserved`);
    if (range?.what === "extension")
      check.fail(
        `${where}, the number ${field.int(3)} of field ${field.string(1)} is one for extensions`,
      );
    if (names.has(field.string(1)))
      check.fail(`${where}, the name of field ${field.string(1)} is reserved`);
  }
}

function checkMessageSet(check: Check, fields: readonly Raw[], typeName: string): void {
  if (check.edition === 999)
    check.fail(`message ${typeName} is a MessageSet, which proto3 has not`);
  if (fields.length > 0) check.fail(`message ${typeName} is a MessageSet, which has no fields`);
}

const keyTypes: ReadonlySet<number> = new Set([
  FieldType.INT64,
  FieldType.UINT64,
  FieldType.INT32,
  FieldType.FIXED64,
  FieldType.FIXED32,
  FieldType.BOOL,
  FieldType.STRING,
  FieldType.UINT32,
  FieldType.SFIXED32,
  FieldType.SFIXED64,
  FieldType.SINT32,
  FieldType.SINT64,
]);

/** A map's entry has a key 1 and a value 2, both singular, and declares nothing. */
function checkEntry(check: Check, r: Raw, name: string): void {
  const fields = r.messages(2);
  const [key, value] = [1, 2].map((number) => fields.find((field) => field.int(3) === number));
  if (fields.length !== 2 || key === undefined || value === undefined)
    return check.fail(`map entry ${name} has other fields than 1 and 2`);
  if (key.string(1) !== "key" || value.string(1) !== "value")
    check.fail(`the fields of map entry ${name} are not named key and value`);
  if (!keyTypes.has(key.int(5)))
    check.fail(`map entry ${name} has a key of type ${key.int(5)}, which is not one for keys`);
  if (value.int(5) === FieldType.GROUP) check.fail(`map entry ${name} has a group as its value`);
  if (fields.some((field) => field.int(4) !== 1))
    check.fail(`map entry ${name} has a field that is not singular`);
  if ([3, 4, 5, 6, 8].some((number) => r.has(number)))
    check.fail(`map entry ${name} declares more than its two fields`);
}
