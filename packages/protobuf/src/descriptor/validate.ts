import { editionDefaults, type Features, MINIMUM_EDITION } from "./features.js";
import { Raw } from "./raw.js";
import { varintsOf } from "./raw-varints.js";
import { SchemaError, shown } from "./schema-error.js";
import { checkEnum } from "./validate-enum.js";
import { checkFeatures } from "./validate-features.js";
import { checkField, typeReference } from "./validate-field.js";
import { checkMessage } from "./validate-message.js";

const identifier = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Map entries are named by the compiler: `2Entry` for a field `_2`. */
const entryName = /^[A-Za-z0-9_]+$/;

/** The names that one scope declares, or the numbers. */
export type Scope = Set<string | number>;

/** What the checks of one file share. */
export class Check {
  readonly file: string;
  readonly edition: number;

  constructor(file: string, edition: number) {
    this.file = file;
    this.edition = edition;
  }

  fail(detail: string): never {
    throw new SchemaError(this.file, detail);
  }

  /** The name of a declaration, which has to be an identifier. */
  named(r: Raw, what: string, entry = false): string {
    const name = r.string(1);
    if (!identifier.test(name) && !(entry && entryName.test(name)))
      this.fail(`the ${what} name ${shown(name)} is not an identifier`);
    return name;
  }

  unique(seen: Scope, key: string | number, what: string): void {
    if (seen.has(key)) this.fail(`${what} ${key} is declared twice`);
    seen.add(key);
  }
}

/**
 * Refuses a serialized `google.protobuf.FileDescriptorProto` that a compiler would not have written: names, numbers,
 * ranges, labels, defaults, JSON names, features and whatever else can be told from the file alone. What it refers to is
 * checked when types are known ({@link checkLinks}).
 * @throws SchemaError
 */
export function validateFile(bytes: Uint8Array): void {
  const raw = new Raw(bytes);
  const check = new Check(raw.string(1), editionOf(raw));
  const features = checkFeatures(check, defaultsOf(check), raw.message(8), "file", "the file");
  checkPackage(check, raw.string(2));
  checkImports(check, raw, bytes);
  const scope: Scope = new Set();
  const prefix = raw.string(2) === "" ? "" : `${raw.string(2)}.`;
  for (const r of raw.messages(5)) checkEnum(check, r, scope, features, prefix);
  for (const r of raw.messages(4)) checkMessage(check, r, scope, features, prefix, 1);
  checkExtensions(check, raw.messages(7), scope, features);
  for (const r of raw.messages(6)) checkService(check, r, scope, features);
}

/** The edition that a file says, 998 for proto2 and 999 for proto3. */
function editionOf(raw: Raw): number {
  const syntax = raw.string(12);
  const stated = raw.int(14, -1);
  const fail = (detail: string): never => {
    throw new SchemaError(raw.string(1), detail);
  };
  switch (syntax) {
    case "editions":
      return stated < 0 ? fail("it says that it is of an edition, but not of which") : stated;
    case "proto3":
      return stated < 0 || stated === 999 ? 999 : fail("it is proto3 and of an edition");
    case "":
    case "proto2":
      return stated < 0 || stated === MINIMUM_EDITION
        ? 998
        : fail("it is proto2 and of an edition");
    default:
      return fail(`the syntax ${shown(syntax)} is not proto2, proto3 or editions`);
  }
}

function defaultsOf(check: Check): Features {
  try {
    return editionDefaults(check.edition, check.file);
  } catch (error) {
    return check.fail((error as Error).message.slice(check.file.length + 2));
  }
}

function checkPackage(check: Check, name: string): void {
  if (name === "") return;
  if (!name.split(".").every((part) => identifier.test(part)) || name.length > 512)
    check.fail(`the package ${shown(name)} is not a dotted name`);
}

function checkImports(check: Check, raw: Raw, bytes: Uint8Array): void {
  const imports: Scope = new Set();
  for (const path of raw.strings(3)) {
    if (path === check.file) check.fail("it imports itself");
    if (imports.has(path)) check.fail(`the import ${shown(path)} is listed twice`);
    imports.add(path);
  }
  for (const [number, what] of [
    [10, "public"],
    [11, "weak"],
  ] as const) {
    for (const index of varintsOf(bytes, number)) {
      if (index < 0 || index >= imports.size)
        check.fail(`the ${what} import ${index} is not one of its ${imports.size} imports`);
    }
  }
}

/** Extensions of a file or of a message. */
export function checkExtensions(
  check: Check,
  list: readonly Raw[],
  scope: Scope,
  features: Features,
): void {
  for (const r of list) {
    checkField(check, r, "extension", features, undefined, false);
    check.unique(scope, r.string(1), "the name");
    if (!typeReference.test(r.string(2)))
      check.fail(
        `extension ${r.string(1)} extends ${shown(r.string(2))}, which is not the name of a type`,
      );
  }
}

function checkService(check: Check, r: Raw, scope: Scope, features: Features): void {
  const name = check.named(r, "service");
  check.unique(scope, name, "the name");
  const own = checkFeatures(check, features, r.message(3), "service", `service ${name}`);
  const methods: Scope = new Set();
  for (const method of r.messages(2)) {
    const methodName = check.named(method, "method");
    check.unique(methods, methodName, `in service ${name}, the method`);
    checkFeatures(check, own, method.message(4), "method", `method ${methodName}`);
    for (const number of [2, 3]) {
      if (!typeReference.test(method.string(number)))
        check.fail(
          `method ${methodName} refers to ${shown(method.string(number))}, which is not the name of a type`,
        );
    }
  }
}
