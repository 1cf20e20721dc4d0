/**
 * A schema as the fuzzer sees it, by field numbers alone, and values in a form that belongs to no library.
 *
 * A neutral message is `{ fields: Map<number, value>, unknown: [{ no, wire, data }] }`, its fields in the order of their
 * numbers, with what is set and nothing else. Lists are arrays, maps are arrays of `[key, value]`, 64-bit integers are
 * bigints.
 */

/** `FieldDescriptorProto.Type` of what is no scalar. */
export const MESSAGE = 11;
export const ENUM = 14;

export const wireOf = (type) =>
  [1, 6, 16].includes(type)
    ? 1
    : [2, 7, 15].includes(type)
      ? 5
      : [9, 11, 12].includes(type)
        ? 2
        : 0;
export const isWide = (type) => [3, 4, 6, 16, 18].includes(type);
const presences = { 1: "explicit", 2: "implicit", 3: "required" };

/** The model of a message that `@bufbuild/protobuf` described; `known` holds those that are made already. */
export function modelOf(desc, known = new Map()) {
  if (known.has(desc)) return known.get(desc);
  const message = { typeName: desc.typeName, fields: [], byNumber: new Map() };
  known.set(desc, message);
  for (const field of desc.fields) message.fields.push(fieldModel(field, known));
  message.fields.sort((a, b) => a.number - b.number);
  for (const field of message.fields) message.byNumber.set(field.number, field);
  return message;
}

/** The model of a field or an extension. */
export function fieldModel(field, known = new Map()) {
  const model = {
    number: field.number,
    name: field.name,
    jsonName: field.jsonName,
    cardinality: { list: "list", map: "map" }[field.fieldKind] ?? "singular",
    presence: presences[field.presence],
    packed: field.fieldKind === "list" && field.packed,
    oneof: field.oneof?.name,
    utf8: field.utf8Validation,
    ...element(field, known),
  };
  if (model.cardinality !== "map") return model;
  return {
    ...model,
    type: MESSAGE,
    key: { number: 1, type: field.mapKey, presence: "explicit", utf8: field.utf8Validation },
    value: {
      number: 2,
      presence: "explicit",
      utf8: field.utf8Validation,
      ...element(field, known),
    },
  };
}

function element(field, known) {
  const delimited = field.delimitedEncoding === true && field.fieldKind !== "map";
  if (field.message !== undefined)
    return { type: MESSAGE, delimited, message: modelOf(field.message, known) };
  if (field.enum !== undefined) {
    const values = field.enum.values.map(({ name, number }) => ({ name, number }));
    const numbers = new Set(values.map(({ number }) => number));
    return { type: ENUM, enum: { open: field.enum.open, values, numbers } };
  }
  return { type: field.scalar };
}

/**
 * Whether a oneof of the message, or of one in it, has members on both sides of another field: then libraries may write
 * it in different places.
 */
export function hasSplitOneof(model, seen = new Set()) {
  if (seen.has(model)) return false;
  seen.add(model);
  const places = new Map();
  for (const [i, { oneof }] of model.fields.entries()) {
    if (oneof === undefined) continue;
    if (places.has(oneof) && places.get(oneof) !== i - 1) return true;
    places.set(oneof, i);
  }
  return model.fields.some((field) => {
    const inner = field.message ?? field.value?.message;
    return inner !== undefined && hasSplitOneof(inner, seen);
  });
}

/** Whether the message is a `google.protobuf.Struct`, or holds one. */
export function hasStruct(model, seen = new Set()) {
  if (model.typeName === "google.protobuf.Struct") return true;
  if (seen.has(model)) return false;
  seen.add(model);
  return model.fields.some((field) => {
    const inner = field.message ?? field.value?.message;
    return inner !== undefined && hasStruct(inner, seen);
  });
}

/** Whether a value is what a field without presence leaves out. */
export function isDefault(field, value) {
  if (field.type === 9 || field.type === 12) return value.length === 0;
  return value === false || value === 0n || Object.is(value, 0);
}

/** The value that a map's key or value has where an entry lacks it. */
export function zeroOf(field) {
  if (field.message !== undefined) return { fields: new Map(), unknown: [] };
  if (field.enum !== undefined) return field.enum.values[0].number;
  if (field.type === 9) return "";
  if (field.type === 12) return new Uint8Array(0);
  if (field.type === 8) return false;
  return isWide(field.type) ? 0n : 0;
}

/** Equal texts are equal messages: bit for bit but for what NaN carries, in any order of map entries. */
export function textOf(message, options = {}) {
  const fields = [...message.fields]
    .sort(([a], [b]) => a - b)
    .map(([number, value]) => `${number}:${valueText(value, options)}`);
  const unknown = options.unknown === false ? [] : message.unknown.map(unknownText);
  return `{${fields.join(" ")}${unknown.length > 0 ? ` ?${unknown.join(",")}` : ""}}`;
}

function valueText(value, options) {
  if (value instanceof Uint8Array) return `<${hex(value)}>`;
  if (Array.isArray(value)) {
    if (!value.isMap) return `[${value.map((item) => valueText(item, options)).join(",")}]`;
    const entries = value.map(([k, v]) => `${valueText(k, options)}=>${valueText(v, options)}`);
    return `(${entries.sort().join(",")})`;
  }
  if (typeof value === "object") return textOf(value, options);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

/** An unknown field; varints by their value, as a library may write them anew. */
function unknownText({ no, wire, data }) {
  return `${no}/${wire}:${wire === 0 ? varintOf(data) : hex(data)}`;
}

export function varintOf(data, start = 0) {
  let value = 0n;
  for (let i = start; i < data.length; i++) {
    value |= BigInt(data[i] & 127) << BigInt(7 * (i - start));
    if (data[i] < 128) break;
  }
  return BigInt.asUintN(64, value);
}

export const hex = (bytes) => Buffer.from(bytes).toString("hex");

/** Map entries with a mark, so that they are not taken for a list; of one key the last one counts. */
export function mapOf(entries) {
  const byKey = new Map();
  for (const [key, value] of entries) byKey.set(key, value);
  const list = [...byKey];
  list.isMap = true;
  return list;
}

/** The record at the start of `bytes` as an unknown field. */
export function unknownOf(bytes) {
  const tag = varintOf(bytes);
  let p = 0;
  while (bytes[p] > 127) p++;
  return { no: Number(tag >> 3n), wire: Number(tag & 7n), data: bytes.subarray(p + 1) };
}
