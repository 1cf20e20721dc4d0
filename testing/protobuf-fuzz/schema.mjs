/**
 * Random schemas: the `FileDescriptorProto`s that protoc would make of random files of every edition, as init literals
 * of `@bufbuild/protobuf`. They keep to what protoc accepts.
 */

const editions = [
  { syntax: "proto2", edition: undefined },
  { syntax: "proto3", edition: undefined },
  { syntax: "editions", edition: 1000 },
  { syntax: "editions", edition: 1001 },
];

/** `FieldDescriptorProto.Type`. */
const scalarTypes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 15, 16, 17, 18];
const keyTypes = [3, 4, 5, 6, 7, 8, 9, 13, 15, 16, 17, 18];
const GROUP = 10;
const MESSAGE = 11;
const ENUM = 14;
const [STRING, BYTES] = [9, 12];

/** Message types that JSON has forms of their own for, and their files. */
const wellKnown = [
  ["Timestamp", "timestamp"],
  ["Duration", "duration"],
  ["FieldMask", "field_mask"],
  ["Empty", "empty"],
  ["StringValue", "wrappers"],
  ["BytesValue", "wrappers"],
  ["Int64Value", "wrappers"],
  ["UInt32Value", "wrappers"],
  ["BoolValue", "wrappers"],
  ["DoubleValue", "wrappers"],
];
/** Those that appear as JSON where they stand alone: what is compared of them is between our own ways to read. */
const jsonLike = ["Struct", "Value", "ListValue"];

const words = ["id", "user_name", "a", "x_1", "httpURL", "constructor", "case", "value", "class"];
const odd = ["to_string", "prototype", "toJSON", "length", "_x"];
/** Those that a peer stumbles over; more of them would leave little to compare. */
const worst = ["__proto__", "hasOwnProperty"];
/** Field numbers at which a tag grows, and the last one. */
const edges = [15, 16, 2047, 2048, 262143, 262144, 33554431, 33554432, 536870911];

/** A file with its messages. `name` becomes the package and the path. */
export function randomFile(random, name) {
  const { syntax, edition } = random.pick(editions);
  const scope = { random, syntax, package: name, imports: new Set(), types: [], enums: [] };
  const file = { name: `${name}.proto`, package: name, syntax, enumType: [], messageType: [] };
  if (edition !== undefined) file.edition = edition;
  scope.features = syntax === "editions" ? fileFeatures(random) : undefined;
  if (scope.features !== undefined && Object.keys(scope.features).length > 0)
    file.options = { features: scope.features };
  scope.hasStruct = random.once(6);
  const count = 1 + random.below(4);
  for (let i = 0; i < 1 + random.below(3); i++) file.enumType.push(randomEnum(scope, `Enum${i}`));
  scope.types = Array.from({ length: count }, (_, i) => `.${name}.Message${i}`);
  for (let i = 0; i < count; i++) file.messageType.push(randomMessage(scope, `Message${i}`));
  if (syntax !== "proto3") file.extension = randomExtensions(scope, file.messageType);
  for (const message of file.messageType) nameInJson(message);
  for (const extension of file.extension ?? []) extension.jsonName = jsonName(extension.name);
  file.dependency = [...scope.imports];
  return file;
}

/** Gives fields the JSON names that protoc gives them. */
function nameInJson(message) {
  for (const field of message.field) field.jsonName = jsonName(field.name);
  for (const nested of message.nestedType ?? []) nameInJson(nested);
}

function jsonName(name) {
  return name.replaceAll(/_+([a-zA-Z0-9]?)/g, (_, letter) => letter.toUpperCase());
}

function fileFeatures(random) {
  const features = {};
  if (random.once(3)) features.fieldPresence = random.pick([1, 2]);
  if (random.once(3)) features.enumType = random.pick([1, 2]);
  if (random.once(3)) features.repeatedFieldEncoding = random.pick([1, 2]);
  if (random.once(4)) features.utf8Validation = random.pick([2, 3]);
  if (random.once(4)) features.messageEncoding = random.pick([1, 2]);
  return features;
}

function randomEnum(scope, name) {
  const { random } = scope;
  const own = scope.syntax === "editions" && random.once(3) ? random.pick([1, 2]) : undefined;
  const open =
    scope.syntax === "proto3" ||
    (scope.syntax === "editions" && (own ?? scope.features.enumType ?? 1) === 1);
  const numbers = new Set(open || random.once(2) ? [0] : [1]);
  for (let i = random.below(5); i > 0; i--) {
    const number = Number(BigInt.asIntN(32, random.bits()));
    numbers.add(random.once(2) ? random.below(6) : number);
  }
  const value = [...numbers].map((number, i) => ({ name: `${name.toUpperCase()}_V${i}`, number }));
  scope.enums.push({ typeName: `.${scope.package}.${name}`, open, value });
  return {
    name,
    value,
    ...(own === undefined ? {} : { options: { features: { enumType: own } } }),
  };
}

function randomMessage(scope, name) {
  const { random } = scope;
  const message = { name, field: [], nestedType: [], oneofDecl: [] };
  const typeName = `.${scope.package}.${name}`;
  const numbers = new Set();
  const names = new Set();
  const count = random.pick([0, 1, 3, 6, 10, 16, 30]);
  let oneof = -1;
  for (let i = 0; i < count; i++) {
    const place = { name: fieldName(random, names), number: fieldNumber(random, numbers) };
    const kind = random.below(20);
    if (kind < 3) {
      addMap(scope, message, typeName, place);
      continue;
    }
    if (kind === 3 && scope.syntax === "proto2" && !names.has(`group${i}`)) {
      names.add(`group${i}`);
      addGroup(scope, message, typeName, i, place.number);
      continue;
    }
    const field = { ...place, label: 1 };
    if (kind < 8) field.label = 3;
    else if (kind < 11) {
      if (oneof < 0 || random.once(3)) oneof = message.oneofDecl.push({ name: `one${i}` }) - 1;
      field.oneofIndex = oneof;
    } else if (kind === 19 && scope.syntax === "proto2" && random.once(2)) field.label = 2;
    setType(scope, field);
    // a message that required itself could not be made
    if (field.label === 2 && field.type === MESSAGE) field.label = 1;
    setFeatures(scope, field);
    message.field.push(field);
  }
  settleOneofs(message);
  if (scope.syntax !== "proto3" && random.once(2)) {
    const start = 1000;
    message.extensionRange = [{ start, end: 2000 }];
  }
  return message;
}

function fieldName(random, names) {
  for (;;) {
    const list = random.once(100) ? worst : random.once(3) ? [...words, ...odd] : undefined;
    const name = list === undefined ? `field_${random.below(1000)}` : random.pick(list);
    // names that differ in case and underscores only clash in JSON
    const key = name.replaceAll("_", "").toLowerCase();
    if (!names.has(key)) {
      names.add(key);
      return name;
    }
  }
}

function fieldNumber(random, numbers) {
  for (;;) {
    const number = random.once(4) ? random.pick(edges) : 1 + random.below(40);
    if (!numbers.has(number)) {
      numbers.add(number);
      return number;
    }
  }
}

/** Gives a field a type; a proto3 field takes open enums only. */
function setType(scope, field) {
  const { random } = scope;
  const kind = random.below(12);
  if (kind < 3 && scope.types.length > 0) {
    field.type = MESSAGE;
    field.typeName = random.pick(scope.types);
  } else if (kind === 3) {
    const [name, file] =
      scope.hasStruct && random.once(3)
        ? [random.pick(jsonLike), "struct"]
        : random.pick(wellKnown);
    scope.imports.add(`google/protobuf/${file}.proto`);
    field.type = MESSAGE;
    field.typeName = `.google.protobuf.${name}`;
  } else if (kind < 6) {
    field.type = ENUM;
    field.typeName = random.pick(scope.enums).typeName;
  } else field.type = random.pick(scalarTypes);
}

function addMap(scope, message, typeName, { name, number }) {
  const entry = `${entryPrefix(name)}Entry`;
  const value = { name: "value", number: 2, label: 1 };
  setType(scope, value);
  // a map entry is a message of the same file: what holds for its strings comes from the map's own features
  const key = { name: "key", number: 1, label: 1, type: scope.random.pick(keyTypes) };
  if (scope.syntax === "proto3" && value.type === ENUM && !openEnum(scope, value.typeName)) return;
  if (value.type === ENUM && !zeroFirst(scope, value.typeName)) return;
  message.nestedType.push({ name: entry, field: [key, value], options: { mapEntry: true } });
  message.field.push({ name, number, label: 3, type: MESSAGE, typeName: `${typeName}.${entry}` });
}

/** A map's entry is named as protoc names it: in camel case. */
function entryPrefix(name) {
  return name.replaceAll(/(?:^|_)+([a-zA-Z0-9]?)/g, (_, letter) => letter.toUpperCase());
}

const enumOf = (scope, typeName) => scope.enums.find((one) => one.typeName === typeName);
const openEnum = (scope, typeName) => enumOf(scope, typeName).open;
const zeroFirst = (scope, typeName) => enumOf(scope, typeName).value[0].number === 0;

function addGroup(scope, message, typeName, i, number) {
  const name = `Group${i}`;
  const field = { name: "inside", number: 1, label: 1 };
  setType(scope, field);
  message.nestedType.push({ name, field: [field] });
  const label = scope.random.pick([1, 3]);
  message.field.push({
    name: name.toLowerCase(),
    number,
    label,
    type: GROUP,
    typeName: `${typeName}.${name}`,
  });
}

const packable = (type) => type !== STRING && type !== BYTES && type !== MESSAGE;

function setFeatures(scope, field) {
  const { random, syntax } = scope;
  const isList = field.label === 3;
  if (syntax !== "editions") {
    if (isList && packable(field.type) && random.once(2))
      field.options = { packed: random.once(2) };
    if (syntax === "proto3" && !isList && field.oneofIndex === undefined && random.once(3))
      field.proto3Optional = true;
    return;
  }
  const features = {};
  if (isList && packable(field.type) && random.once(3))
    features.repeatedFieldEncoding = random.pick([1, 2]);
  if (field.type === MESSAGE && random.once(3)) features.messageEncoding = random.pick([1, 2]);
  if (field.type === STRING && random.once(4)) features.utf8Validation = random.pick([2, 3]);
  if (!isList && field.oneofIndex === undefined) {
    const mayBeImplicit =
      field.type !== MESSAGE && (field.type !== ENUM || openEnum(scope, field.typeName));
    if (!mayBeImplicit && field.type === ENUM) features.fieldPresence = 1;
    else if (mayBeImplicit && random.once(2))
      features.fieldPresence = random.pick([1, 1, 2, 2, 2, 3]);
  }
  if (Object.keys(features).length > 0) field.options = { features };
}

/** Leaves out oneofs without members; gives proto3's optional fields theirs, behind the real ones. */
function settleOneofs(message) {
  const kept = message.oneofDecl.filter((_, i) =>
    message.field.some((field) => field.oneofIndex === i),
  );
  for (const field of message.field) {
    if (field.oneofIndex !== undefined)
      field.oneofIndex = kept.indexOf(message.oneofDecl[field.oneofIndex]);
    if (field.proto3Optional) field.oneofIndex = kept.push({ name: `_${field.name}_opt` }) - 1;
  }
  // in a file the members of a oneof stand in its braces, behind one another
  const order = message.field.map(({ oneofIndex }, i) => {
    const first = message.field.findIndex((other) => other.oneofIndex === oneofIndex);
    return oneofIndex === undefined ? [i, i] : [first, i];
  });
  order.sort(([a, i], [b, j]) => a - b || i - j);
  message.field = order.map(([, i]) => message.field[i]);
  // real ones come first, as protoc lays them out
  const synthetic = new Set(
    message.field.filter((field) => field.proto3Optional).map((field) => kept[field.oneofIndex]),
  );
  const ordered = [...kept.filter((one) => !synthetic.has(one)), ...synthetic];
  for (const field of message.field)
    if (field.oneofIndex !== undefined) field.oneofIndex = ordered.indexOf(kept[field.oneofIndex]);
  message.oneofDecl = ordered;
}

function randomExtensions(scope, messages) {
  const extensions = [];
  for (const message of messages.filter(({ extensionRange }) => extensionRange !== undefined)) {
    for (let i = 0; i < 2; i++) {
      const field = { name: `ext_${message.name.toLowerCase()}_${i}`, number: 1000 + i, label: 1 };
      if (scope.random.once(3)) field.label = 3;
      setType(scope, field);
      field.extendee = `.${scope.package}.${message.name}`;
      extensions.push(field);
    }
  }
  return extensions;
}
