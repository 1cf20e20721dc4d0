/** A random schema, ready in all libraries. */
import * as bowline from "./bowline.mjs";
import { fieldModel, hasSplitOneof, hasStruct, modelOf } from "./model.mjs";
import * as es from "./protobuf-es.mjs";
import * as js from "./protobufjs.mjs";
import { randomFile } from "./schema.mjs";

/** Makes a random schema and the codecs of its messages. */
export async function createSubject(random, name) {
  const file = randomFile(random, name);
  const { set, bytes } = es.describe([file]);
  const registry = es.registryOf(set);
  const root = js.rootOf(es.describe([{ ...file, extension: [] }]).bytes);
  const serialized = set.file.map((one) => es.es.toBinary(es.wkt.FileDescriptorProtoSchema, one));
  const modules = await bowline.compile(`schemas/${name}`, serialized, [file.name]);
  const ours = bowline.registryOf(modules);
  const dynamic = bowline.dynamicRegistryOf(bytes);
  const types = file.messageType.map((message) => {
    const typeName = `${file.package}.${message.name}`;
    const model = modelOf(registry.getMessage(typeName));
    const extensions = (file.extension ?? [])
      .filter(({ extendee }) => extendee === `.${typeName}`)
      .map((extension) => `${file.package}.${extension.name}`);
    const type = ours.message(typeName);
    return {
      typeName,
      model,
      traits: schemaTraits(model),
      ours: bowline.codec(ours, type),
      view: bowline.viewOf(modules, type),
      dynamic: bowline.codec(dynamic, dynamic.message(typeName)),
      peers: hasStruct(model) ? [] : [es.codec(registry, typeName), js.codec(root, typeName)],
      extensions: extensions.map((full) => {
        const peer = registry.getExtension(full);
        const of = fieldModel(peer);
        const traits = of.message === undefined ? new Set() : schemaTraits(of.message);
        return { ours: ours.extension(full), peer, of, traits };
      }),
    };
  });
  return { file, types };
}

/** What is odd about a message's schema. */
function schemaTraits(model) {
  const traits = new Set();
  if (hasSplitOneof(model)) traits.add("split-oneof");
  const reached = new Set();
  const walk = (message) => {
    if (reached.has(message)) return;
    reached.add(message);
    for (const field of message.fields) {
      if (field.name in {} && field.name !== "__proto__") traits.add("object-names");
      if (field.name === "__proto__") traits.add("object-names").add("proto-name");
      const inner = field.message ?? field.value?.message;
      if (inner !== undefined) walk(inner);
    }
  };
  walk(model);
  return traits;
}

/** A message's schema as text, for a report. */
export function describeModel(model, seen = new Set()) {
  if (seen.has(model) || model.typeName.startsWith("google.")) return "";
  seen.add(model);
  const lines = model.fields.map((field) => `  ${fieldText(field)};`);
  const inner = model.fields.map(({ message, value }) => message ?? value?.message);
  const rest = inner.map((one) => (one === undefined ? "" : describeModel(one, seen)));
  return `message ${model.typeName} {\n${lines.join("\n")}\n}\n${rest.join("")}`;
}

const names = {
  1: "double",
  2: "float",
  3: "int64",
  4: "uint64",
  5: "int32",
  6: "fixed64",
  7: "fixed32",
  8: "bool",
  9: "string",
  12: "bytes",
  13: "uint32",
  15: "sfixed32",
  16: "sfixed64",
  17: "sint32",
  18: "sint64",
};

function typeText(field) {
  if (field.message !== undefined) return field.message.typeName;
  if (field.enum === undefined) return names[field.type];
  return `${field.enum.open ? "open" : "closed"} enum [${[...field.enum.numbers]}]`;
}

function fieldText(field) {
  const { number, name, cardinality, oneof, presence, packed, delimited } = field;
  const notes = [oneof && `oneof ${oneof}`, packed && "packed", delimited && "delimited"];
  const type =
    cardinality === "map"
      ? `map<${typeText(field.key)}, ${typeText(field.value)}>`
      : `${cardinality === "list" ? "repeated" : presence} ${typeText(field)}`;
  const note = notes.filter(Boolean).join(", ");
  return `${type} ${name} = ${number}${note === "" ? "" : ` [${note}]`}`;
}
