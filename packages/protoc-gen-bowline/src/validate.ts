import {
  type DescField,
  type DescFile,
  type DescMessage,
  FieldType,
  type Raw,
} from "@bowline/protobuf/internal";

/** A schema that no compiler of `.proto` files writes, and that no code is generated for. */
export class SchemaError extends Error {
  constructor(file: string, message: string) {
    super(`${shown(file)}: ${message}`);
    this.name = "SchemaError";
  }
}

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Map entries are named by the compiler: `2Entry` for a field `_2`. Their names do not get into the code. */
const entryName = /^[A-Za-z0-9_]+$/;
const typeReference = /^\.?[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*$/;

/** As protoc's own limit on nested declarations, with room. */
const depthLimit = 100;
const lastFieldNumber = 536870911;

/** Text of the schema in an error: quoted where it is no plain name, and never longer than a line. */
function shown(text: string): string {
  if (/^[\w./-]{1,200}$/.test(text)) return text;
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text).replace(
    /[\u007f-\u009f\u2028\u2029\ud800-\udfff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * Refuses a serialized `google.protobuf.FileDescriptorProto` whose names, numbers or paths a compiler would not have
 * let through. buf and protoc check all of this, but a descriptor may come from elsewhere, and what is generated from
 * it is code: only names that are identifiers go into it as they are.
 * @throws SchemaError
 */
export function validateFile(raw: Raw): void {
  const file = raw.string(1);
  const fail = (message: string): never => {
    throw new SchemaError(file, message);
  };
  const named = (r: Raw, what: string): string => {
    const name = r.string(1);
    if (!identifier.test(name)) fail(`the ${what} name ${shown(name)} is not an identifier`);
    return name;
  };
  const unique = (seen: Set<string | number>, key: string | number, what: string): void => {
    if (seen.has(key)) fail(`${what} ${key} is declared twice`);
    seen.add(key);
  };

  const checkEnum = (r: Raw, scope: Set<string | number>): void => {
    const name = named(r, "enum");
    unique(scope, name, "the name");
    const values = r.messages(2);
    if (values.length === 0) fail(`enum ${name} has no value`);
    const seen = new Set<string | number>();
    for (const value of values)
      unique(seen, named(value, "enum value"), `in enum ${name}, the value`);
  };

  const checkField = (r: Raw, what: string): void => {
    const name = named(r, what);
    const number = r.int(3);
    if (number < 1 || number > lastFieldNumber)
      fail(`${what} ${name} has the number ${number}, which is not in 1 to ${lastFieldNumber}`);
    const type = r.int(5);
    if (type < 1 || type > 18)
      fail(`${what} ${name} has the type ${type}, which is not in 1 to 18`);
    const label = r.int(4);
    if (label < 1 || label > 3)
      fail(`${what} ${name} has the label ${label}, which is not in 1 to 3`);
    const refers =
      type === FieldType.MESSAGE || type === FieldType.GROUP || type === FieldType.ENUM;
    if (refers && !typeReference.test(r.string(6)))
      fail(`${what} ${name} refers to ${shown(r.string(6))}, which is not the name of a type`);
  };

  const checkExtensions = (list: readonly Raw[], scope: Set<string | number>): void => {
    for (const r of list) {
      // the extensions of a MessageSet could go on to 2147483646: they have no tag; here they do, as unknown fields
      checkField(r, "extension");
      unique(scope, r.string(1), "the name");
      if (!typeReference.test(r.string(2)))
        fail(
          `extension ${r.string(1)} extends ${shown(r.string(2))}, which is not the name of a type`,
        );
    }
  };

  const checkMessage = (r: Raw, siblings: Set<string | number>, depth: number): void => {
    const entry = r.message(7).bool(7);
    const name = entry && entryName.test(r.string(1)) ? r.string(1) : named(r, "message");
    unique(siblings, name, "the name");
    if (depth > depthLimit) fail(`message ${name} is nested deeper than ${depthLimit} levels`);
    const scope = new Set<string | number>();
    const numbers = new Set<string | number>();
    const oneofs = r.messages(8);
    for (const oneof of oneofs)
      unique(scope, named(oneof, "oneof"), `in message ${name}, the name`);
    for (const field of r.messages(2)) {
      checkField(field, "field");
      unique(scope, field.string(1), `in message ${name}, the name`);
      unique(numbers, field.int(3), `in message ${name}, the number`);
      const oneof = field.int(9);
      if (field.has(9) && (oneof < 0 || oneof >= oneofs.length))
        fail(`field ${field.string(1)} is in oneof ${oneof}, which message ${name} does not have`);
    }
    if (entry) checkEntry(r, name, fail);
    for (const nested of r.messages(4)) checkEnum(nested, scope);
    for (const nested of r.messages(3)) checkMessage(nested, scope, depth + 1);
    checkExtensions(r.messages(6), scope);
  };

  const pathFault = faultOfPath(file);
  if (pathFault !== undefined) fail(`the file name ${pathFault}`);
  const scope = new Set<string | number>();
  const name = raw.string(2);
  if (name !== "" && !name.split(".").every((part) => identifier.test(part)))
    fail(`the package ${shown(name)} is not a dotted name`);
  for (const r of raw.messages(5)) checkEnum(r, scope);
  for (const r of raw.messages(4)) checkMessage(r, scope, 1);
  checkExtensions(raw.messages(7), scope);
  for (const service of raw.messages(6)) {
    const serviceName = named(service, "service");
    unique(scope, serviceName, "the name");
    const methods = new Set<string | number>();
    for (const method of service.messages(2))
      unique(methods, named(method, "method"), `in service ${serviceName}, the method`);
  }
}

/** What is wrong with a `.proto` file's path, which becomes a path in the output folder and a module specifier. */
function faultOfPath(path: string): string | undefined {
  if (path === "") return "is empty";
  if (/[\p{Cc}\u2028\u2029]/u.test(path)) return "has a control character in it";
  if (/[\\:*?"<>|]/.test(path)) return "has a character in it that not every file system takes";
  if (path.startsWith("/")) return "is an absolute path";
  const parts = path.split("/");
  if (parts.some((part) => part === "..")) return "leads out of the output folder";
  if (parts.some((part) => part === "" || part === ".")) return "has an empty part";
  return undefined;
}

const keyTypes: ReadonlySet<number> = new Set([3, 4, 5, 6, 7, 8, 9, 13, 15, 16, 17, 18]);

function checkEntry(r: Raw, name: string, fail: (message: string) => never): void {
  const fields = r.messages(2);
  const [key, value] = [1, 2].map((number) => fields.find((field) => field.int(3) === number));
  if (fields.length !== 2 || key === undefined || value === undefined)
    fail(`map entry ${name} has other fields than 1 and 2`);
  if (!keyTypes.has(key!.int(5)))
    fail(`map entry ${name} has a key of type ${key!.int(5)}, which is not one for keys`);
  if (fields.some((field) => field.int(4) !== 1))
    fail(`map entry ${name} has a field that is not singular`);
}

/**
 * Refuses a file in which a map entry, which has no code of its own, is used as a message.
 * @throws SchemaError
 */
export function validateTypes(file: DescFile): void {
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
