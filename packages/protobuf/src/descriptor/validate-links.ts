import type { DescEnum, DescField, DescFile, DescMessage } from "./model.js";
import { FieldType } from "./model.js";
import { camelCase } from "./names.js";
import { SchemaError, shown } from "./schema-error.js";
import { wellKnownFault } from "./validate-well-known.js";

/** What the checks ask of the files around. */
export interface Links {
  /** Whether a type can be referred to from the file: it or an import of it declares it. */
  visible(desc: DescMessage | DescEnum): boolean;
}

/**
 * Refuses what a file's descriptor, with the types that it refers to, cannot be: extensions of numbers that are not open
 * to them, defaults that are no values, maps that are none.
 * @param all All messages of the file, map entries included.
 * @throws SchemaError
 */
export function checkLinks(file: DescFile, all: readonly DescMessage[], links: Links): void {
  const fail = (detail: string): never => {
    throw new SchemaError(file.name, detail);
  };
  const extensions = [...file.extensions, ...all.flatMap((message) => message.extensions)];
  for (const message of all) {
    const fault = wellKnownFault(message);
    if (fault !== undefined) fail(fault);
    for (const field of message.fields) checkFieldLinks(file, field, fail);
  }
  for (const extension of extensions) {
    checkFieldLinks(file, extension, fail);
    checkExtension(file, extension, fail);
  }
  const referring = [...all.flatMap((message) => message.fields), ...extensions];
  checkVisible(file, referring, links, fail);
  checkMapEntries(file);
}

/**
 * Refuses a file in which a map entry, which is no message of its own, is used as one.
 * @throws SchemaError
 */
export function checkMapEntries(file: DescFile): void {
  const refuse = (name: string): never => {
    throw new SchemaError(file.name, `${name} uses a map entry as a message`);
  };
  const check = (field: DescField): void => {
    if (field.message?.mapEntry || field.extendee?.mapEntry || field.mapValue?.message?.mapEntry)
      refuse(field.name);
    if (field.cardinality === "map" && field.extendee !== undefined) refuse(field.name);
  };
  const walk = (message: DescMessage): void => {
    message.fields.forEach(check);
    message.extensions.forEach(check);
    message.messages.forEach(walk);
  };
  file.messages.forEach(walk);
  file.extensions.forEach(check);
  for (const service of file.services) {
    for (const method of service.methods)
      if (method.input.mapEntry || method.output.mapEntry) refuse(method.name);
  }
}

type Fail = (detail: string) => never;

function checkFieldLinks(file: DescFile, field: DescField, fail: Fail): void {
  const where = field.typeName ?? `${field.parent?.typeName}.${field.name}`;
  if (field.cardinality === "map") checkMap(field, where, fail);
  const { enum: desc } = field;
  if (desc === undefined) return;
  const closed = !desc.open;
  if (closed && file.edition === 999 && desc.file.edition !== 999)
    fail(`${where} is of the closed enum ${desc.typeName}, but proto3 has open ones only`);
  const implicit = field.cardinality === "singular" && field.presence === "implicit";
  if (closed && implicit && field.parent?.mapEntry !== true)
    fail(`${where} is of the closed enum ${desc.typeName} and has implicit presence`);
}

/** A map's entry stands beside its field and is named as it. */
function checkMap(field: DescField, where: string, fail: Fail): void {
  const entry = field.mapValue!.parent!;
  const wanted = `${capitalised(field.name)}Entry`;
  if (entry.parent !== field.parent || entry.name !== wanted)
    fail(`${where} is a map, but its entry is ${entry.typeName} and not ${wanted} beside it`);
}

function capitalised(name: string): string {
  const camel = camelCase(name);
  return camel.charAt(0).toUpperCase() + camel.slice(1);
}

const optionTypes =
  /^google\.protobuf\.(File|Message|Field|Oneof|Enum|EnumValue|ExtensionRange|Service|Method|Stream)Options$/;

function checkExtension(file: DescFile, field: DescField, fail: Fail): void {
  const { typeName, number, cardinality, type, delimited } = field;
  const extendee = field.extendee!;
  if (!extendee.extensionRanges.some(([start, end]) => number >= start && number < end))
    fail(
      `${typeName} has the number ${number}, which ${extendee.typeName} does not have for extensions`,
    );
  if (file.edition === 999 && !optionTypes.test(extendee.typeName))
    fail(`${typeName} extends ${extendee.typeName}; proto3 has extensions of options only`);
  if (
    extendee.messageSet &&
    (cardinality !== "singular" || type !== FieldType.MESSAGE || delimited)
  )
    fail(`${typeName} extends the MessageSet ${extendee.typeName} and is no singular message`);
}

function checkVisible(
  file: DescFile,
  fields: readonly DescField[],
  links: Links,
  fail: Fail,
): void {
  const check = (from: string, desc: DescMessage | DescEnum | undefined): void => {
    if (desc !== undefined && !links.visible(desc))
      fail(
        `${from} refers to ${desc.typeName} of ${shown(desc.file.name)}, which it does not import`,
      );
  };
  for (const field of fields) {
    check(field.name, field.message);
    check(field.name, field.enum);
    check(field.name, field.extendee);
  }
  for (const service of file.services) {
    for (const method of service.methods) {
      check(method.name, method.input);
      check(method.name, method.output);
    }
  }
}
