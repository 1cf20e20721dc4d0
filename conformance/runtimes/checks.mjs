/**
 * What is checked in every runtime: the built packages as users get them, all
 * codecs, and the paths that depend on the platform (native string functions or
 * `TextDecoder`, lengths of strings on both sides of their thresholds).
 *
 * `runChecks()` returns the number of checks that passed and what failed. The
 * program has no imports but the packages' and the generated code, and no I/O:
 * whoever loads it says where the result goes.
 */
import {
  clone,
  DecodeError,
  decodeDelimited,
  encodeChunks,
  encodeDelimited,
  equals,
  getExtension,
  JsonError,
  merge,
  setExtension,
  TextError,
  unknownFields,
} from "@bowline/protobuf";
import {
  fromJson,
  fromJsonBytes,
  fromJsonString,
  toJson,
  toJsonBytes,
  toJsonString,
} from "@bowline/protobuf/json";
import { createRegistry, reflect } from "@bowline/protobuf/reflect";
import { fromText, toText } from "@bowline/protobuf/text";
import { Any, FileDescriptorSet, Timestamp } from "@bowline/protobuf/wkt";
import { fromYaml, toYaml, YamlError } from "@bowline/protobuf/yaml";
import * as smoke from "smoke";

const { Everything, EverythingView, Inner, InnerView, Level, note, Older } = smoke;

/** Checks by name, in order. */
const checks = [];
const check = (name, run) => checks.push({ name, run });

/** A value as text in which every difference shows; maps in the order of their keys. */
function show(value) {
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "undefined";
  if (value instanceof Uint8Array) return `bytes ${value.join()}`;
  if (value instanceof Map) return `map {${[...value].map(show).sort().join()}}`;
  if (Array.isArray(value)) return `[${value.map(show).join()}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${name}: ${show(member)}`).join()}}`;
}

function same(actual, expected) {
  if (show(actual) !== show(expected)) throw new Error(`${show(actual)} is not ${show(expected)}`);
}

function refused(errorClass, run, includes) {
  try {
    run();
  } catch (error) {
    if (!errorClass.is(error)) throw error;
    if (!error.message.includes(includes))
      throw new Error(`${JSON.stringify(error.message)} does not say ${includes}`);
    return;
  }
  throw new Error("it was not refused");
}

const text = "Grüße, 世界 🌍";

function everything() {
  return Everything.create({
    text,
    data: Uint8Array.of(0, 127, 128, 255),
    flag: true,
    int32: -2147483648,
    sint32: -1,
    uint32: 4294967295,
    int64: -(2n ** 63n),
    sint64: -(2n ** 62n),
    uint64: 2n ** 64n - 1n,
    fixed32: 4294967295,
    fixed64: 2n ** 64n - 1n,
    sfixed32: -2147483648,
    sfixed64: -(2n ** 63n),
    float: 0.5,
    double: 0.1,
    level: Level.HIGH,
    texts: ["", "a", text, "x".repeat(300)],
    numbers: [0, 1, -1, 300, 2147483647],
    doubles: [0, -0.5, 1e300],
    counts: { a: 1, __proto: 2 },
    inners: new Map([[-1n, { text: "minus one" }]]),
    inner: { text: "inner", child: { number: 3n } },
    group: { text: "group" },
    choice: { case: "other", value: { number: 4n } },
    at: { seconds: 1_700_000_000n, nanos: 500_000_000 },
    took: { seconds: -3n },
    mask: { paths: ["text", "inner.child"] },
    struct: { a: [1, "two", null, { b: true }] },
  });
}

check("create fills defaults", () => {
  const empty = Everything.create();
  same([empty.text, empty.numbers, empty.counts.size, empty.choice], [undefined, [], 0, undefined]);
});
check("every kind of field comes back from bytes", () => {
  const message = everything();
  const back = Everything.decode(Everything.encode(message));
  same(back, message);
  if (!equals(Everything, back, message)) throw new Error("equals says no");
});
check("the bytes are those of the specification", () => {
  same(
    Inner.encode(Inner.create({ text: "é", number: -1n })),
    Uint8Array.from([10, 2, 195, 169, 16, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
  );
});
check("strings of every length up to 300 and some long ones", () => {
  for (const unit of ["a", "ü", "世", "🌍"])
    for (let n = 0; n <= 300; n++) {
      const value = `${unit.repeat(n)}z`;
      same(Inner.decode(Inner.encode({ text: value })).text, value);
      same(fromJsonBytes(Inner, toJsonBytes(Inner, { text: value })).text, value);
    }
  const long = "aé".repeat(100_000);
  same(Inner.decode(Inner.encode({ text: long })).text === long, true);
});
check("large messages grow the buffer", () => {
  const data = new Uint8Array(300_000).map((_, i) => i);
  same(Everything.decode(Everything.encode({ data, text })).data, data);
});
check("chunks are the same bytes", () => {
  const message = { data: new Uint8Array(10_000).fill(7), text };
  const chunks = encodeChunks(Everything, message);
  same(
    chunks.flatMap((chunk) => [...chunk]),
    [...Everything.encode(message)],
  );
});
check("delimited messages", () => {
  const bytes = encodeDelimited(Inner, [{ text: "one" }, { text }]);
  same(
    [...decodeDelimited(Inner, bytes)].map((inner) => inner.text),
    ["one", text],
  );
});
check("unknown fields survive", () => {
  const bytes = Everything.encode(everything());
  const older = Older.decode(bytes);
  same(older.text, text);
  if (unknownFields(older).length === 0) throw new Error("there are none");
  same(Everything.decode(Older.encode(older)), everything());
});
check("extensions", () => {
  const message = everything();
  setExtension(message, note, text);
  same(getExtension(Everything.decode(Everything.encode(message)), note), text);
});
check("clone and merge", () => {
  const copy = clone(Everything, everything());
  same(copy, everything());
  merge(Everything, copy, { numbers: [9] });
  same(copy.numbers, [...everything().numbers, 9]);
});
check("invalid UTF-8 is refused, in short and in long strings", () => {
  refused(DecodeError, () => Inner.decode(Uint8Array.of(10, 1, 255)), "UTF-8");
  const long = new Uint8Array(203).fill(97);
  long.set([10, 200, 1]);
  long[150] = 0xc0;
  refused(DecodeError, () => Inner.decode(long), "UTF-8");
});
check("a replacement character that was sent is no error", () => {
  same(Inner.decode(Inner.encode({ text: "\ufffd" })).text, "\ufffd");
});
check("a lone surrogate is not written", () => {
  let written = false;
  try {
    Inner.encode({ text: "\ud800".repeat(60) });
    written = true;
  } catch {}
  if (written) throw new Error("it was written");
});
check("truncated input is refused with its offset", () => {
  refused(DecodeError, () => Inner.decode(Uint8Array.of(10, 5, 97)), "Inner");
});
check("nesting has a limit", () => {
  const nested = (depth) => (depth === 0 ? {} : { child: nested(depth - 1) });
  const bytes = Inner.encode(nested(150));
  refused(DecodeError, () => Inner.decode(bytes), "depth");
  Inner.decode(bytes, { limits: { depth: 200 } });
});
check("JSON, as text, bytes and values", () => {
  const message = everything();
  same(fromJsonString(Everything, toJsonString(Everything, message)), message);
  same(fromJsonBytes(Everything, toJsonBytes(Everything, message)), message);
  same(fromJson(Everything, toJson(Everything, message)), message);
  same(toJson(Everything, { at: message.at, took: message.took, level: Level.HIGH, int64: 5n }), {
    int64: "5",
    level: "LEVEL_HIGH",
    at: "2023-11-14T22:13:20.500Z",
    took: "-3s",
  });
});
check("numbers in JSON are as short as the language makes them", () => {
  for (const double of [0.1, 1 / 3, 123456.789, 1e21, 5e-324, 4294967296.5, -0.000012345])
    same(toJsonString(Everything, { double }), `{"double":${double}}`);
});
check("JSON that is wrong is refused by path", () => {
  refused(JsonError, () => fromJsonString(Everything, '{"inner":{"number":"x"}}'), "inner.number");
  refused(JsonError, () => fromJsonBytes(Everything, Uint8Array.of(123, 34, 255)), "");
});
check("Any in JSON, by a registry", () => {
  const registry = createRegistry(smoke);
  const any = Any.create({
    typeUrl: "type.googleapis.com/bowline.smoke.Inner",
    value: Inner.encode({ text }),
  });
  const json = toJson(Everything, { any }, { registry });
  same(json, { any: { "@type": "type.googleapis.com/bowline.smoke.Inner", text } });
  same(fromJson(Everything, json, { registry }).any, any);
});
check("text format", () => {
  const message = everything();
  same(fromText(Everything, toText(Everything, message)), message);
  refused(TextError, () => fromText(Everything, "text: 1"), "1:");
});
check("YAML", () => {
  const message = everything();
  same(fromYaml(Everything, toYaml(Everything, message)), message);
  refused(YamlError, () => fromYaml(Everything, "flag: 7"), "flag");
});
check("well-known types", () => {
  same(toJsonString(Timestamp, { seconds: -1n }), '"1969-12-31T23:59:59Z"');
  refused(JsonError, () => fromJsonString(Timestamp, '"yesterday"'), "");
});
check("descriptors", () => {
  same(Everything.desc.typeName, "bowline.smoke.Everything");
  same(Everything.desc.fields.length, 30);
  same(Everything.desc.fields[0].jsonName, "text");
});
check("views, validated and lazy", () => {
  const bytes = Everything.encode(everything());
  for (const validate of ["eager", "on-access"]) {
    const view = EverythingView.decode(bytes, { validate });
    for (const { localName } of Everything.desc.fields.filter(({ oneof }) => !oneof))
      if (!["inner", "group", "inners", "at", "took", "mask"].includes(localName))
        same(view[localName], everything()[localName]);
    same([view.inner.child.number, view.choice.value.number], [3n, 4n]);
    same(view.inners.get(-1n).text, "minus one");
    same(view.$toMessage(), everything());
    same(view.inner.$detach().text, "inner");
    same(toJsonString(Everything, view), toJsonString(Everything, everything()));
    same(EverythingView.encode(view), bytes);
    same(view.$bytes, bytes);
  }
});
check("a view refuses invalid UTF-8, at once or when it is read", () => {
  const bytes = Uint8Array.of(10, 1, 255);
  refused(DecodeError, () => InnerView.decode(bytes), "UTF-8");
  const view = InnerView.decode(bytes, { validate: "on-access" });
  refused(DecodeError, () => view.text, "UTF-8");
  const long = new Uint8Array(203).fill(97);
  long.set([10, 200, 1]);
  long[150] = 0xc0;
  refused(DecodeError, () => InnerView.decode(long), "UTF-8");
});
check("reflection, of messages and views", () => {
  for (const value of [everything(), EverythingView.decode(Everything.encode(everything()))]) {
    const reader = reflect(value);
    same(
      [reader.get("text"), reader.has("any"), reader.which("choice")?.name],
      [text, false, "other"],
    );
  }
});
check("dynamic messages of a descriptor set", () => {
  const set = FileDescriptorSet.create({
    file: [
      {
        name: "dynamic.proto",
        package: "dynamic",
        syntax: "proto3",
        messageType: [
          {
            name: "Point",
            field: [
              { name: "label", number: 1, type: 9, label: 1, jsonName: "label" },
              { name: "value", number: 2, type: 3, label: 1, jsonName: "value" },
            ],
          },
        ],
      },
    ],
  });
  const Point = createRegistry(FileDescriptorSet.decode(FileDescriptorSet.encode(set))).message(
    "dynamic.Point",
  );
  const point = Point.create({ label: text, value: -5n });
  const bytes = Point.encode(point);
  same(bytes, Inner.encode({ text, number: -5n }));
  same(Point.decode(bytes).label, text);
  same(toJson(Point, point), { label: text, value: "-5" });
});

export function runChecks() {
  const failures = [];
  for (const { name, run } of checks) {
    try {
      run();
    } catch (error) {
      failures.push(`${name}: ${error?.stack ?? error}`);
    }
  }
  return { passed: checks.length - failures.length, failures };
}
