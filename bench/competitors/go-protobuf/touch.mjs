/** Makes the Go that creates each message and reads every field of it, or three, as `protobuf/touch.mjs` makes JavaScript. */
import { fieldAt } from "../../protobuf/schema.mjs";
import { three } from "../../protobuf/three.mjs";

/** The file `touch.go`. */
export function touchCode(schema) {
  const types = Object.keys(schema);
  return `package main

import (
	"bowline.bench/goprotobuf/bench"
	"bowline.bench/goprotobuf/shapes"
	"google.golang.org/protobuf/proto"
)

var messageTypes = map[string]messageType{
${types
  .filter((type) => three[type])
  .map((type) => entry(schema, type))
  .join("\n")}
}

${types.map((type) => touchFunction(type, schema[type])).join("\n\n")}
`;
}

const shortName = (type) => type.split(".").at(-1);
const goPackage = (type) => (type.startsWith("bowline.bench.shapes.") ? "shapes" : "bench");
const goType = (type) => `${goPackage(type)}.${shortName(type)}`;
const functionName = (type) => `touch_${goPackage(type)}_${shortName(type)}`;
/** The name that protoc-gen-go gives a field. */
const goName = (name) => name.replace(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase());

function entry(schema, type) {
  const lines = three[type].map(
    (path) => `n += ${number(fieldAt(schema, type, path), getters(path))}`,
  );
  return `	"${type}": {
		create: func() proto.Message { return new(${goType(type)}) },
		touchAll: func(message proto.Message) float64 { return ${functionName(type)}(message.(*${goType(type)})) },
		touchThree: func(message proto.Message) float64 {
			m := message.(*${goType(type)})
			n := 0.0
			${lines.join("\n\t\t\t")}
			return n
		},
	},`;
}

function getters(path) {
  const snake = (property) => property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const steps = path.split(".").map((part) => {
    const [, property, index] = /^(\w+)(\[\d+\])?$/.exec(part);
    return `Get${goName(snake(property))}()${index ?? ""}`;
  });
  return `m.${steps.join(".")}`;
}

function touchFunction(type, fields) {
  const lines = fields.filter(({ oneof }) => oneof === undefined).map(fieldCode);
  for (const oneof of new Set(fields.map((field) => field.oneof).filter(Boolean)))
    lines.push(
      `switch v := m.${goName(oneof)}.(type) {`,
      ...fields
        .filter((field) => field.oneof === oneof)
        .map(
          (field) =>
            `case *${goType(type)}_${goName(field.name)}:\n\tn += ${number(field, `v.${goName(field.name)}`)}`,
        ),
      "}",
    );
  return `func ${functionName(type)}(m *${goType(type)}) float64 {
	n := 0.0
	${lines.join("\n\t")}
	return n
}`;
}

function fieldCode(field) {
  const read = `m.Get${goName(field.name)}()`;
  switch (field.shape) {
    case "list":
      return `for _, v := range ${read} {\n\tn += ${number(field, "v")}\n}`;
    case "map":
      return `for k, v := range ${read} {\n\tn += float64(len(k)) + ${number(field.value, "v")}\n}`;
    default:
      return field.kind === "message"
        ? `if v := ${read}; v != nil {\n\tn += ${number(field, "v")}\n}`
        : `n += ${number(field, read)}`;
  }
}

function number({ kind, type }, v) {
  switch (kind) {
    case "message":
      return `${functionName(type)}(${v})`;
    case "text":
    case "bytes":
      return `float64(len(${v}))`;
    case "bool":
      return `boolNumber(${v})`;
    case "wide":
      return `wideNumber(${v})`;
    default:
      return `float64(${v})`;
  }
}
