// Random changes to descriptors, judged by protoc and by us: what it refuses we refuse, and the other way round, but for
// what this file names. `node_modules/protoc` carries the compiler.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { SchemaError } from "../descriptor/schema-error.js";
import { type Random, random } from "../fixtures/random.js";
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldOptions,
  type FileDescriptorProto,
  FileDescriptorSet,
} from "../gen/google/protobuf/descriptor.pb.js";
import { clone } from "../message/clone.js";
import { createRegistry } from "./registry.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../../..");
const protoc = join(root, "node_modules/protoc/protoc.cjs");
const folder = mkdtempSync(join(tmpdir(), "protoc-agreement-"));
afterAll(() => rmSync(folder, { recursive: true }));

const sources: Record<string, string> = {
  "two.proto": `syntax = "proto2"; package q;
    message M {
      optional string a_b = 1 [default = "x"]; required int32 n = 2; repeated int64 l = 3 [packed = true];
      oneof o { M m = 4; int32 i = 5; }
      optional group G = 6 { optional E e = 1 [default = B]; }
      map<string, M> mm = 7; map<int32, E> me = 9;
      extensions 100 to 200; reserved 50, 60 to 70; reserved "zz";
      enum E { A = 0; B = 1; C = -1; reserved 5 to 9; reserved "ZZ"; }
      extend M { optional int32 xx = 101; repeated M xm = 102; }
      message N { message O { optional .q.M.N n = 1; } }
    }
    message S { option message_set_wire_format = true; extensions 4 to max; }
    extend S { optional M sm = 1000; }
    enum T { T_X = 1; T_Y = 2; }
    service V { rpc R(M) returns (S); rpc R2(M.N) returns (stream M); }`,
  "three.proto": `syntax = "proto3"; package q3; import "google/protobuf/descriptor.proto";
    message M {
      string a_b = 1; int32 n = 2 [json_name = "nn"]; repeated int64 l = 3;
      oneof o { M m = 4; int32 i = 5; }
      E e = 6; map<string, M> mm = 7; optional bool ob = 8; optional M om = 9;
      reserved 50, 60 to 70; reserved "zz";
      enum E { A = 0; B = 1; }
      message N { message O { N n = 1; } }
    }
    extend google.protobuf.FieldOptions { string hint = 50001; }
    message U { string s = 1 [(hint) = "x"]; }`,
  "edition.proto": `edition = "2023"; package qe;
    message M {
      string a_b = 1 [default = "x"]; int32 n = 2 [features.field_presence = IMPLICIT];
      repeated int64 l = 3 [features.repeated_field_encoding = EXPANDED];
      oneof o { M m = 4; int32 i = 5; }
      E e = 6; map<string, M> mm = 7; M g = 8 [features.message_encoding = DELIMITED];
      string r = 9 [features.field_presence = LEGACY_REQUIRED]; string u = 10 [features.utf8_validation = NONE];
      extensions 100 to 200; reserved 50; reserved zz;
    }
    enum E { A = 0; B = 1; }
    enum C { option features.enum_type = CLOSED; D = 1; }
    message Q { C c = 1; repeated C cs = 2; }`,
};

const names = [
  "a_b",
  "aB",
  "AB",
  "M",
  "N",
  "E",
  "A",
  "key",
  "value",
  "zz",
  "l",
  "o",
  "mm",
  "MmEntry",
  "x",
];
const numbers = [0, 1, 2, 5, 50, 60, 71, 100, 101, 200, 201, 536870911, 536870912, 19000, -1];
const enumNames = ["A", "B", "ZZ", "E_A", "M", "a_b", "N", "X"];
const typeNames = [".q.M", ".q.M.E", ".q.M.MmEntry", ".q3.M", ".qe.M", ".q.Zip", ".q.T", ".qe.C"];
const defaults = ["1", "x", "true", "-1", "inf", "A", "99999999999", "1e3", "nan", ""];
const features = [
  { fieldPresence: 1 },
  { fieldPresence: 2 },
  { fieldPresence: 3 },
  { repeatedFieldEncoding: 1 },
  { repeatedFieldEncoding: 2 },
  { messageEncoding: 2 },
  { utf8Validation: 3 },
  { enumType: 2 },
  { jsonFormat: 2 },
] as const;

/** What a change can touch. */
interface Parts {
  readonly file: FileDescriptorProto;
  readonly message: DescriptorProto;
  readonly field: FieldDescriptorProto;
  readonly enum: EnumDescriptorProto | undefined;
}

function pick<T>(r: Random, list: readonly T[]): T {
  return list[r(list.length)]!;
}

function partsOf(r: Random, file: FileDescriptorProto): Parts {
  const messages: DescriptorProto[] = [...file.messageType];
  for (const message of messages) messages.push(...message.nestedType);
  const message = pick(r, messages);
  const fields = [...messages.flatMap(({ field }) => field), ...file.extension];
  const enums = [...file.enumType, ...messages.flatMap(({ enumType }) => enumType)];
  return {
    file,
    message,
    field: pick(r, message.field.length > 0 ? message.field : fields),
    enum: enums.length > 0 ? pick(r, enums) : undefined,
  };
}

function options(field: FieldDescriptorProto): FieldOptions {
  field.options ??= FieldOptions.create();
  return field.options;
}

const changes: readonly ((r: Random, parts: Parts) => unknown)[] = [
  (r, { field }) => (field.number = pick(r, numbers)),
  (r, { field }) => (field.name = pick(r, names)),
  (r, { field }) => (field.label = pick(r, [1, 2, 3])),
  (r, { field }) => (field.type = (1 + r(18)) as never),
  (r, { field }) => (field.jsonName = pick(r, names)),
  (r, { field }) => (field.defaultValue = pick(r, defaults)),
  (r, { field }) => (field.oneofIndex = pick(r, [undefined, 0, 1, 2, -1])),
  (r, { field }) => (field.proto3Optional = pick(r, [true, false, undefined])),
  (r, { field }) => (field.typeName = pick(r, [...typeNames, undefined])),
  (r, { field }) => (field.extendee = pick(r, [".q.M", ".q.S", undefined, ".q.M.E"])),
  (r, { field }) => (options(field).packed = r(2) === 1),
  (r, { field }) => (options(field).jstype = r(3) as never),
  (r, { field }) => (field.options = FieldOptions.create({ features: pick(r, features) })),
  (r, { message }) => (message.name = pick(r, names)),
  (r, { message }) =>
    message.reservedRange.push({ start: pick(r, numbers), end: pick(r, numbers) } as never),
  (r, { message }) =>
    message.extensionRange.push({ start: pick(r, numbers), end: pick(r, numbers) } as never),
  (r, { message }) => message.reservedName.push(pick(r, names)),
  (r, { message }) => message.oneofDecl.push({ name: pick(r, names) } as never),
  (_, { message, field }) => message.field.push({ ...field }),
  (r, { message }) => message.field.splice(r(message.field.length || 1), 1),
  (r, { message }) => message.nestedType.splice(r(message.nestedType.length || 1), 1),
  (r, { enum: desc }) => desc && (pick(r, desc.value).number = pick(r, [0, 1, 2, 5, 9, -1])),
  (r, { enum: desc }) => desc && (pick(r, desc.value).name = pick(r, enumNames)),
  (r, { enum: desc }) => desc && (desc.name = pick(r, names)),
  (r, { enum: desc }) =>
    desc?.reservedRange.push({ start: pick(r, [0, 5, -3]), end: pick(r, [0, 9, 12]) } as never),
  (r, { file }) =>
    Object.assign(file, { syntax: pick(r, ["proto2", "proto3", undefined]), edition: undefined }),
];

/** What protoc refuses and we do not, by its words: buf lets all of it through, or it says nothing of messages. */
const laxer = [
  /Enum value in map must define 0 as the first value/,
  /has the same name as .* if you ignore case/,
  /Implicit presence enum fields must always be open/,
  /map_entry should not be set explicitly/,
];

/** What we refuse and protoc does not: names of map entries that nothing refers to. */
const stricter = [/map entry \w+ has other fields/, /fields of map entry \w+ are not named/];

describe("changed descriptors", () => {
  const sets = Object.entries(sources).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    const out = join(folder, "base");
    execFileSync(
      process.execPath,
      [
        protoc,
        `-I${folder}`,
        `-I${join(root, "proto/vendor")}`,
        "--include_imports",
        "-o",
        out,
        name,
      ],
      { stdio: "pipe" },
    );
    return { name, set: FileDescriptorSet.decode(new Uint8Array(readFileSync(out))) };
  });

  it("are accepted and refused as by protoc", () => {
    const counts = { accepted: 0, refused: 0 };
    const path = join(folder, "changed");
    for (let round = 0; round < 60; round++) {
      const r = random(7000 + round);
      const { name, set: base } = pick(r, sets);
      const set = clone(FileDescriptorSet, base);
      const parts = partsOf(r, set.file.at(-1)!);
      for (let n = r(3) === 0 ? 2 : 1; n > 0; n--) pick(r, changes)(r, parts);
      const bytes = FileDescriptorSet.encode(set, { allowPartial: true });
      let ours = "";
      try {
        createRegistry(bytes);
      } catch (error) {
        if (!SchemaError.is(error)) throw error;
        ours = error.message;
      }
      writeFileSync(path, bytes);
      const { status, stderr } = spawnSync(
        process.execPath,
        [protoc, `--descriptor_set_in=${path}`, "-o", join(folder, "out"), name],
        { encoding: "utf8" },
      );
      const refused = status !== 0;
      if (refused === (ours !== "")) counts[refused ? "refused" : "accepted"]++;
      else {
        const excused = refused ? laxer : stricter;
        const words = refused ? stderr : ours;
        expect(
          excused.some((pattern) => pattern.test(words)),
          `round ${round}, ${name}: ${words}`,
        ).toBe(true);
      }
    }
    expect(counts.accepted).toBeGreaterThan(10);
    expect(counts.refused).toBeGreaterThan(10);
  }, 120_000);
});
