import { describe, expect, it } from "vitest";
import { DecodeError, EncodeError } from "../errors.js";
import { dynamicRegistry } from "../fixtures/dynamic.js";
import * as ops from "../fixtures/gen/test/ops.pb.js";
import * as ops2 from "../fixtures/gen/test/ops2.pb.js";
import * as ops3 from "../fixtures/gen/test/ops3.pb.js";
import * as typed from "../fixtures/gen/test/typed.pb.js";
import * as wire from "../fixtures/gen/test/wire.pb.js";
import { mutate } from "../fixtures/mutation.js";
import { random, randomInit } from "../fixtures/random.js";
import { FileDescriptorProto } from "../gen/google/protobuf/descriptor.pb.js";
import { Value } from "../gen/google/protobuf/struct.pb.js";
import { clone, encodeChunks, equals, merge, unknownFields } from "../index.js";
import { fromJsonString, toJsonString } from "../json/index.js";
import type { DecodeOptions, MessageType } from "../message/message-type.js";

const generated: readonly MessageType[] = [
  wire.Scalars,
  wire.Lists,
  wire.Maps,
  wire.Closings,
  wire.Tree,
  wire.Rooms,
  wire.Holder,
  typed.Arrays,
  typed.Expanded,
  ops.Everything,
  ops2.Required,
  ops2.Set,
  ops3.Implicit,
  Value,
  FileDescriptorProto,
];

function dynamicOf(type: MessageType): MessageType {
  return dynamicRegistry.message(type.typeName) ?? expect.fail(`no ${type.typeName}`);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** What came of a decode: the bytes that the message encodes to, and its JSON; or the error. */
function outcome(type: MessageType, bytes: Uint8Array, options: DecodeOptions): string {
  let message: object;
  try {
    message = type.decode(bytes, options);
  } catch (error) {
    if (!DecodeError.is(error)) throw error;
    return `${error.reason} at ${error.path} (${error.offset}): ${error.message}`;
  }
  const unknown = unknownFields(message).map((field) => hex(field.bytes));
  const told = JSON.stringify([message, Object.keys(message), unknown]);
  const again = hex(type.encode(message, { allowPartial: true }));
  // The quiet bit of a NaN is the engine's affair: it may set it whenever it moves the number. All else is compared.
  return (told.includes('"NaN"') ? again.replace(/f0(?=[7f]f)/g, "f8") : again) + told;
}

function members(message: object): object {
  return { ...message };
}

function json(type: MessageType, message: object): string {
  try {
    return toJsonString(type, message, { allowPartial: true });
  } catch (error) {
    return String(error);
  }
}

describe.each(generated.map((type) => [type.typeName, type] as const))("dynamic %s", (_, type) => {
  const dynamic = dynamicOf(type);

  it("is another type than the generated one, and encodes to the same bytes", () => {
    expect(dynamic).not.toBe(type);
    for (let seed = 0; seed < 60; seed++) {
      const init = randomInit(random(seed), type.desc, 3);
      for (const deterministic of [false, true]) {
        const options = { allowPartial: true, deterministic };
        const wanted = hex(type.encode(type.create(init), options));
        expect(hex(dynamic.encode(dynamic.create(init), options)), `seed ${seed}`).toBe(wanted);
        expect(hex(dynamic.encode(init, options)), `seed ${seed}`).toBe(wanted);
      }
    }
  });

  it("decodes to the same values, JSON and copies", () => {
    for (let seed = 0; seed < 60; seed++) {
      const bytes = type.encode(randomInit(random(seed), type.desc, 3), { allowPartial: true });
      const ours = dynamic.decode(bytes, { allowPartial: true });
      const theirs = type.decode(bytes, { allowPartial: true });
      expect(dynamic.is(ours)).toBe(true);
      expect({ ...ours }, `seed ${seed}`).toEqual({ ...theirs });
      expect(json(dynamic, ours)).toBe(json(type, theirs));
      expect(equals(dynamic, ours, clone(dynamic, ours))).toBe(
        equals(type, theirs, clone(type, theirs)),
      );
      const twice = new Uint8Array([...bytes, ...bytes]);
      const merged = [clone(dynamic, ours), clone(type, theirs)] as const;
      merge(dynamic, merged[0], ours);
      merge(type, merged[1], theirs);
      const decoded = dynamic.decode(twice, { allowPartial: true });
      expect(hex(dynamic.encode(decoded, { allowPartial: true }))).toBe(
        hex(type.encode(type.decode(twice, { allowPartial: true }), { allowPartial: true })),
      );
      expect(members(merged[0])).toEqual(members(merged[1]));
    }
  });

  it("accepts and refuses mutated bytes as the generated type does, with the same errors", () => {
    const r = random(77);
    const samples = Array.from({ length: 30 }, (_unused, seed) =>
      type.encode(randomInit(random(seed), type.desc, 3), { allowPartial: true }),
    ).filter(({ length }) => length > 0 && length < 1500);
    const budgets: readonly DecodeOptions[] = [
      { allowPartial: true },
      { allowPartial: false },
      { allowPartial: true, keepUnknownFields: false, messageSet: true },
      { allowPartial: true, limits: { depth: 2 } },
      { allowPartial: true, limits: { elementMemoryBytes: 2000, unknownFields: 2 } },
    ];
    let refused = 0;
    const rounds = 1000;
    for (let n = 0; n < rounds && samples.length > 0; n++) {
      let bytes: Uint8Array = samples[r(samples.length)]!.slice();
      for (let k = r(3); k >= 0 && bytes.length > 0; k--) bytes = mutate(r, bytes);
      const options = budgets[n % budgets.length]!;
      const wanted = outcome(type, bytes, options);
      if (outcome(dynamic, bytes, options) !== wanted)
        expect(outcome(dynamic, bytes, options), hex(bytes)).toBe(wanted);
      if (wanted.startsWith("BOWLINE")) refused++;
    }
    if (samples.length > 0) expect(refused).toBeGreaterThan(rounds / 20);
    expect(rounds - refused).toBeGreaterThan(rounds / 30);
  });

  it("refuses the values that the generated type refuses, at the same path", () => {
    const r = random(5);
    const odd = [
      null,
      7,
      "x",
      true,
      2n ** 70n,
      [],
      {},
      Number.NaN,
      new Map([["k", 1]]),
      { case: "text" },
    ];
    for (const { localName } of type.desc.members) {
      for (const value of odd) {
        const init = { [localName]: value };
        const fault = (t: MessageType): string => {
          try {
            return hex(t.encode(init, { allowPartial: true }));
          } catch (error) {
            if (!EncodeError.is(error)) throw error;
            return error.message;
          }
        };
        expect(fault(dynamic), `${localName} ${String(value)} ${r(2)}`).toBe(fault(type));
      }
    }
  });

  it("reads JSON as the generated type does", () => {
    for (let seed = 0; seed < 30; seed++) {
      const text = json(type, type.create(randomInit(random(seed), type.desc, 2)));
      if (!text.startsWith("{")) continue;
      const options = { allowPartial: true };
      expect(hex(dynamic.encode(fromJsonString(dynamic, text, options), options))).toBe(
        hex(type.encode(fromJsonString(type, text, options), options)),
      );
    }
  });
});

describe("dynamic messages", () => {
  const tree = dynamicOf(wire.Tree);
  const init = {
    note: "n".repeat(300),
    data: new Uint8Array(20_000).fill(7),
    left: { data: new Uint8Array(9000) },
  };

  it("leave in chunks that are the bytes of the generated type", () => {
    const chunks = encodeChunks(tree, tree.create(init));
    expect(chunks.length).toBeGreaterThan(2);
    expect(Buffer.concat(chunks)).toEqual(Buffer.from(wire.Tree.encode(init)));
  });

  it("take generated messages of their types, and are taken where generated ones are", () => {
    const generatedTree = wire.Tree.create(init);
    expect(tree.encode(generatedTree)).toEqual(wire.Tree.encode(generatedTree));
    expect(wire.Tree.encode(tree.create(init) as never)).toEqual(wire.Tree.encode(generatedTree));
    expect(tree.encode({ left: generatedTree })).toEqual(wire.Tree.encode({ left: generatedTree }));
    expect(() => tree.encode(ops.Part.create())).toThrow(
      /expected test\.wire\.Tree or a literal for it/,
    );
  });

  it("have the log form: redacted fields stay hidden", () => {
    const secret = dynamicOf(ops.Secret);
    const message = secret.create({ user: "u", password: "hush" });
    expect(JSON.stringify(message)).toBe(
      JSON.stringify(ops.Secret.create({ user: "u", password: "hush" })),
    );
    expect(JSON.stringify(message)).not.toContain("hush");
  });
});
