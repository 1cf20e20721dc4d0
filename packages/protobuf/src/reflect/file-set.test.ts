import { describe, expect, it } from "vitest";
import { SchemaError } from "../descriptor/schema-error.js";
import { DecodeError } from "../errors.js";
import { file$test_ops, hint, Part } from "../fixtures/gen/test/ops.pb.js";
import {
  FeatureSet_FieldPresence,
  FileDescriptorProto,
  type FileDescriptorProtoInit,
  FileDescriptorSet,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "../gen/google/protobuf/descriptor.pb.js";
import { Timestamp } from "../gen/google/protobuf/timestamp.pb.js";
import { getOption } from "./options.js";
import { createRegistry } from "./registry.js";

type MessageInit = NonNullable<FileDescriptorProtoInit["messageType"]>[number];
type FieldInit = NonNullable<MessageInit["field"]>[number];

const text = (name: string, number: number, more: FieldInit = {}): FieldInit => ({
  name,
  number,
  label: Label.OPTIONAL,
  type: Type.STRING,
  ...more,
});

const refers = (name: string, number: number, typeName: string, more: FieldInit = {}): FieldInit =>
  text(name, number, { type: Type.MESSAGE, typeName, ...more });

const file = (more: FileDescriptorProtoInit = {}): FileDescriptorProtoInit => ({
  name: "a.proto",
  syntax: "proto2",
  ...more,
});

const message = (more: MessageInit): FileDescriptorProtoInit =>
  file({ messageType: [{ name: "M", ...more }] });

const load = (...files: readonly FileDescriptorProtoInit[]): ReturnType<typeof createRegistry> =>
  createRegistry(FileDescriptorSet.create({ file: files }));

function faultOf(...files: readonly FileDescriptorProtoInit[]): string {
  try {
    load(...files);
  } catch (error) {
    if (!SchemaError.is(error)) throw error;
    return error.message;
  }
  return "accepted";
}

describe("a descriptor set", () => {
  const user = file({
    name: "user.proto",
    package: "p",
    dependency: ["base.proto"],
    messageType: [{ name: "User", field: [text("name", 1), refers("base", 2, ".p.Base")] }],
    service: [
      { name: "Users", method: [{ name: "Get", inputType: ".p.User", outputType: ".p.Base" }] },
    ],
  });
  const base = file({
    name: "base.proto",
    package: "p",
    messageType: [{ name: "Base", field: [text("id", 1)] }],
    enumType: [{ name: "Kind", value: [{ name: "A", number: 0 }] }],
  });

  it("gives types, enums, services and files by name, in any order", () => {
    for (const registry of [load(user, base), load(base, user)]) {
      const type = registry.message("p.User")!;
      const made = type.create({ name: "Ada", base: { id: "7" } });
      expect(type.decode(type.encode(made))).toEqual(made);
      expect(made["name"]).toBe("Ada");
      expect(registry.message("p.Base")!.is(made["base"])).toBe(true);
      expect(registry.enum("p.Kind")?.values.length).toBe(1);
      expect(registry.service("p.Users")?.methods[0]?.input).toBe(type.desc);
      expect(registry.files.map(({ name }) => name)).toEqual(["base.proto", "user.proto"]);
      expect(registry.file("user.proto")?.messages[0]).toBe(type.desc);
      expect(registry.message("p.Nobody")).toBeUndefined();
    }
  });

  it("is taken as bytes, too, within the limits of a decode", () => {
    const set = FileDescriptorSet.encode({ file: [user, base] });
    expect(createRegistry(set).message("p.User")).toBeDefined();
    expect(() => createRegistry(set.subarray(0, 40))).toThrow(DecodeError);
    const bomb = new Uint8Array(2_000_000);
    for (let i = 0; i < bomb.length; i += 2) bomb[i] = 10;
    expect(() => createRegistry(bomb)).toThrow(/elementMemoryBytes/);
  });

  it("joins another registry, and may repeat its files", () => {
    const first = load(base);
    const set = FileDescriptorSet.create({ file: [user, base] });
    const both = createRegistry(first, set);
    expect(both.message("p.Base")).toBe(first.message("p.Base"));
    const made = both.message("p.User")!.create({ base: { id: "7" } });
    expect(first.message("p.Base")!.is(made["base"])).toBe(true);
    expect(
      createRegistry(first, FileDescriptorSet.create({ file: [user] })).message("p.User"),
    ).toBeDefined();
    const changed = { ...base, messageType: [{ name: "Base", field: [text("id", 2)] }] };
    expect(() => createRegistry(first, FileDescriptorSet.create({ file: [changed] }))).toThrow(
      "base.proto: p.Base is not the message that the registry has (one of them has no field id = 2)",
    );
  });

  it("refers to generated types where they are given, if they say the same", () => {
    const wants = file({
      dependency: ["google/protobuf/timestamp.proto"],
      messageType: [{ name: "M", field: [refers("at", 1, ".google.protobuf.Timestamp")] }],
    });
    expect(faultOf(wants)).toBe(
      "a.proto: it imports google/protobuf/timestamp.proto, which is neither in the set nor in the registry",
    );
    const registry = createRegistry(Timestamp, FileDescriptorSet.create({ file: [wants] }));
    const made = registry.message("M")!.create({ at: { seconds: 5n } });
    expect(Timestamp.is(made["at"])).toBe(true);
    const own = createRegistry(
      FileDescriptorSet.create({
        file: [FileDescriptorProto.decode(Timestamp.desc.file.bytes), wants],
      }),
      Timestamp,
    );
    expect(own.message("google.protobuf.Timestamp")).toBe(Timestamp);
    expect(own.message("M")!.desc.fieldByName("at")?.message).toBe(Timestamp.desc);
  });

  it("brings extensions, which options are read with", () => {
    const files = [file$test_ops.desc];
    for (const one of files) files.push(...one.dependencies.filter((f) => !files.includes(f)));
    const registry = load(...files.map((one) => FileDescriptorProto.decode(one.bytes)));
    const note = registry.extension("test.ops.note")!;
    expect(note).not.toBe(hint);
    expect(registry.extensionByNumber("test.ops.Part", 100)).toBe(note);
    const desc = registry.message("test.ops.Annotated")!.desc.fieldByName("hinted")!;
    expect(getOption(desc, registry.extension("test.ops.hint")!)).toBe("a name");
    expect(getOption(desc, hint)).toBe("a name");
    expect(createRegistry(Part, registry.message("test.ops.Empty")!).message("test.ops.Part")).toBe(
      Part,
    );
  });

  it("may have names that objects have, too", () => {
    const odd = ["__proto__", "constructor", "toString", "hasOwnProperty", "then"];
    const registry = load(
      file({
        messageType: odd.map((name) => ({ name, field: odd.map((f, i) => text(f, i + 1)) })),
      }),
    );
    for (const name of odd) {
      const type = registry.message(name)!;
      const made = type.create(
        Object.fromEntries(type.desc.fields.map((f) => [f.localName, f.name])),
      );
      expect(Object.values(type.decode(type.encode(made)))).toEqual(odd);
    }
  });
});

describe("what a compiler would refuse is refused by name", () => {
  const closed = {
    name: "E",
    value: [{ name: "ONE", number: 1 }],
  };
  const cases: Record<string, [readonly FileDescriptorProtoInit[], string | RegExp]> = {
    "a file twice": [
      [file(), file({ package: "p" })],
      "a.proto: it is twice in the set, with different content",
    ],
    "a file without a name": [[file({ name: "" })], /it has no name/],
    "a file that imports itself": [
      [file({ dependency: ["a.proto"] })],
      "a.proto: it imports itself",
    ],
    "an import twice": [
      [file({ dependency: ["b.proto", "b.proto"] }), file({ name: "b.proto" })],
      "a.proto: the import b.proto is listed twice",
    ],
    "imports in a circle": [
      [
        file({ dependency: ["b.proto"] }),
        file({ name: "b.proto", dependency: ["c.proto"] }),
        file({ name: "c.proto", dependency: ["a.proto"] }),
      ],
      "a.proto: the files import one another in a circle: a.proto → b.proto → c.proto → a.proto",
    ],
    "a public import that is none": [
      [file({ publicDependency: [0] })],
      /public import 0 is not one of its 0/,
    ],
    "a syntax of its own": [[file({ syntax: "proto4" })], /the syntax proto4 is not/],
    "two messages of one name in two files": [
      [message({}), { ...message({}), name: "b.proto" }],
      "b.proto: the message M has the name of the message in a.proto",
    ],
    "a message named as a package": [
      [message({}), file({ name: "b.proto", package: "M.x" })],
      "b.proto: the package M has the name of the message in a.proto",
    ],
    "two enum values of one name": [
      [file({ enumType: [closed, { ...closed, name: "F" }] })],
      /enum values are names of what the enum stands in: the name ONE is declared twice/,
    ],
    "two fields of one number": [
      [message({ field: [text("a", 1), text("b", 1)] })],
      /in message M, the number 1/,
    ],
    "a reserved number": [
      [message({ field: [text("a", 5)], reservedRange: [{ start: 4, end: 6 }] })],
      "a.proto: in message M, the number 5 of field a is reserved",
    ],
    "a reserved name": [
      [message({ field: [text("a", 5)], reservedName: ["a"] })],
      "a.proto: in message M, the name of field a is reserved",
    ],
    "ranges that overlap": [
      [message({ reservedRange: [{ start: 4, end: 6 }], extensionRange: [{ start: 5, end: 9 }] })],
      "a.proto: in message M, the extension range 5 to 8 overlaps the reserved range 4 to 5",
    ],
    "a range without numbers": [
      [message({ extensionRange: [{ start: 9, end: 9 }] })],
      /extension range from 9 up to 9 is none/,
    ],
    "a number that implementations keep": [
      [message({ field: [text("a", 19500)] })],
      /19000 to 19999 are reserved/,
    ],
    "a field in an extension range": [
      [message({ field: [text("a", 5)], extensionRange: [{ start: 5, end: 9 }] })],
      /the number 5 of field a is one for extensions/,
    ],
    "two fields of one JSON name": [
      [{ ...message({ field: [text("a_b", 1), text("aB", 2)] }), syntax: "proto3" }],
      "a.proto: in message M, the fields aB and a_b both have the JSON name aB",
    ],
    "two fields of one JSON name of the schema's": [
      [message({ field: [text("a", 1, { jsonName: "x" }), text("b", 2, { jsonName: "x" })] })],
      /the fields b and a both have the JSON name x/,
    ],
    "a oneof without fields": [
      [message({ oneofDecl: [{ name: "o" }] })],
      "a.proto: oneof o of M has no fields",
    ],
    "a oneof that is not there": [
      [message({ field: [text("a", 1, { oneofIndex: 1 })] })],
      /is in oneof 1/,
    ],
    "a oneof in pieces": [
      [
        message({
          oneofDecl: [{ name: "o" }],
          field: [text("a", 1, { oneofIndex: 0 }), text("b", 2), text("c", 3, { oneofIndex: 0 })],
        }),
      ],
      /do not stand behind one another/,
    ],
    "a repeated field in a oneof": [
      [
        message({
          oneofDecl: [{ name: "o" }],
          field: [text("a", 1, { oneofIndex: 0, label: Label.REPEATED })],
        }),
      ],
      "a.proto: field a is in a oneof and not singular (in message M)",
    ],
    "a type that is not there": [
      [message({ field: [refers("a", 1, ".N")] })],
      /a refers to \.N, which neither/,
    ],
    "a type of a file that is not imported": [
      [
        message({ field: [refers("a", 1, ".N")] }),
        file({ name: "0.proto", messageType: [{ name: "N" }] }),
      ].reverse(),
      "a.proto: a refers to N of 0.proto, which it does not import",
    ],
    "a default out of range": [
      [message({ field: [text("a", 1, { type: Type.INT32, defaultValue: "2147483648" })] })],
      "a.proto: the default of a is out of range: 2147483648",
    ],
    "a default that is no value of the enum": [
      [
        file({
          enumType: [closed],
          messageType: [
            {
              name: "M",
              field: [text("a", 1, { type: Type.ENUM, typeName: ".E", defaultValue: "TWO" })],
            },
          ],
        }),
      ],
      "a.proto: the default of a is not a value of its enum",
    ],
    "a default of a message": [
      [message({ field: [refers("a", 1, ".M", { defaultValue: "x" })] })],
      /is a message and has/,
    ],
    "a default in proto3": [
      [{ ...message({ field: [text("a", 1, { defaultValue: "x" })] }), syntax: "proto3" }],
      /has a default, which proto3 has not/,
    ],
    "an open enum that does not begin with 0": [
      [file({ syntax: "proto3", enumType: [closed] })],
      "a.proto: the first value of enum E has to be 0, as the enum is open",
    ],
    "an alias without leave": [
      [
        file({
          enumType: [
            {
              name: "E",
              value: [
                { name: "A", number: 0 },
                { name: "B", number: 0 },
              ],
            },
          ],
        }),
      ],
      /B and A both are 0; that takes the option allow_alias/,
    ],
    "required in proto3": [
      [{ ...message({ field: [text("a", 1, { label: Label.REQUIRED })] }), syntax: "proto3" }],
      /is required, which proto3 has not/,
    ],
    "a group in an edition": [
      [
        {
          ...message({ field: [refers("a", 1, ".M", { type: Type.GROUP })] }),
          syntax: "editions",
          edition: 1000,
        },
      ],
      /is a group: editions have a feature for that/,
    ],
    "an edition that is not known": [
      [file({ syntax: "editions", edition: 9999 })],
      /edition number 9999 is not supported.*998 to 1002/,
    ],
    "features outside of editions": [
      [file({ options: { features: { fieldPresence: FeatureSet_FieldPresence.IMPLICIT } } })],
      "a.proto: the file sets features, which only editions have",
    ],
    "an extension of a number that is not open": [
      [file({ messageType: [{ name: "M" }], extension: [text("x", 5, { extendee: ".M" })] })],
      "a.proto: x has the number 5, which M does not have for extensions",
    ],
    "two extensions of one number": [
      [
        file({
          messageType: [{ name: "M", extensionRange: [{ start: 5, end: 9 }] }],
          extension: [text("x", 5, { extendee: ".M" }), text("y", 5, { extendee: ".M" })],
        }),
      ],
      "a.proto: the extensions y and x of M both have the number 5",
    ],
    "a scalar in a MessageSet": [
      [
        file({
          messageType: [
            {
              name: "M",
              extensionRange: [{ start: 5, end: 9 }],
              options: { messageSetWireFormat: true },
            },
          ],
          extension: [text("x", 5, { extendee: ".M" })],
        }),
      ],
      /extends the MessageSet M and is no singular message/,
    ],
    "a map whose entry is elsewhere": [
      [
        message({
          field: [refers("a", 1, ".M.OtherEntry", { label: Label.REPEATED })],
          nestedType: [
            {
              name: "OtherEntry",
              field: [text("key", 1), text("value", 2)],
              options: { mapEntry: true },
            },
          ],
        }),
      ],
      "a.proto: M.a is a map, but its entry is M.OtherEntry and not AEntry beside it",
    ],
    "a well-known name for something else": [
      [
        file({
          package: "google.protobuf",
          messageType: [{ name: "Timestamp", field: [text("a", 1)] }],
        }),
      ],
      /google\.protobuf\.Timestamp has not the fields of the well-known type/,
    ],
    "a name with a dot": [
      [message({ field: [text("a.b", 1)] })],
      /the field name a\.b is not an identifier/,
    ],
  };
  for (const [what, [files, wanted]] of Object.entries(cases)) {
    it(what, () => {
      if (typeof wanted === "string") expect(faultOf(...files)).toBe(wanted);
      else expect(faultOf(...files)).toMatch(wanted);
    });
  }
});
