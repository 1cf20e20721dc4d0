import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.js";
import { EverythingView } from "../fixtures/gen/test/ops.pb.js";
import { RequiredView, SetView } from "../fixtures/gen/test/ops2.pb.js";
import { ImplicitView } from "../fixtures/gen/test/ops3.pb.js";
import { ArraysView, ExpandedView } from "../fixtures/gen/test/typed.pb.js";
import {
  ClosingsView,
  HolderView,
  ListsView,
  MapsView,
  RoomsView,
  ScalarsView,
  TreeView,
} from "../fixtures/gen/test/wire.pb.js";
import { mutate } from "../fixtures/mutation.js";
import { type Random, random, randomInit } from "../fixtures/random.js";
import * as reference from "../fixtures/reference.js";
import { FileDescriptorProtoView } from "../gen/google/protobuf/descriptor.pb.js";
import { ValueView } from "../gen/google/protobuf/struct.pb.js";
import type { DecodeOptions } from "../message/message-type.js";
import type { ViewDecodeOptions, ViewType } from "./view-type.js";

const types: readonly ViewType[] = [
  ScalarsView,
  ListsView,
  ArraysView,
  ExpandedView,
  ArraysView,
  ExpandedView,
  MapsView,
  ClosingsView,
  TreeView,
  HolderView,
  RoomsView,
  EverythingView,
  ImplicitView,
  RequiredView,
  SetView,
  ValueView,
  FileDescriptorProtoView,
];

const modes = ["eager", "on-access"] as const;

function hex(bytes: ArrayLike<number>): string {
  return Buffer.from(Uint8Array.from(bytes)).toString("hex");
}

/** Bytes of a random message of a type. */
function sample({ message }: ViewType, seed: number): Uint8Array {
  return message.encode(randomInit(random(seed), message.desc, 3), { allowPartial: true });
}

/** Two messages behind one another, which makes fragments, or with an unknown field in between. */
function joined(type: ViewType, seed: number): Uint8Array {
  return new Uint8Array([
    ...sample(type, seed),
    ...(seed % 3 === 0 ? [0xfa, 0xff, 0x7e, 3, 1, 2, 3] : []),
    ...sample(type, seed + 1000),
    ...(seed % 3 === 1 ? [0xf8, 0xff, 0x7e, 3] : []),
  ]);
}

function read(type: ViewType, value: unknown): string {
  return reference.shape(type.desc, value as never);
}

describe.each(types.map((type) => [type.typeName, type] as const))("views of %s", (_, type) => {
  const options = { allowPartial: true } as const;

  it.each(modes)("read as the message does (%s)", (validate) => {
    for (let seed = 0; seed < 70; seed++) {
      for (const bytes of [sample(type, seed), joined(type, seed)]) {
        const view = type.decode(bytes, { validate, ...options });
        const wanted = read(type, type.message.decode(bytes, options));
        expect(read(type, view), `seed ${seed}: ${hex(bytes)}`).toBe(wanted);
        // and again, from what is remembered
        expect(read(type, view), `seed ${seed}`).toBe(wanted);
        expect(read(type, (view as { $toMessage(): object }).$toMessage())).toBe(wanted);
      }
    }
  });

  it("read as the message does once another input was checked", () => {
    for (let seed = 0; seed < 30; seed++) {
      for (const bytes of [sample(type, seed), joined(type, seed)]) {
        const view = type.decode(bytes, options);
        ValueView.decode(Uint8Array.of(32, 1));
        expect(read(type, view)).toBe(read(type, type.message.decode(bytes, options)));
      }
    }
  });

  it.each(modes)("give back their bytes (%s)", (validate) => {
    for (let seed = 0; seed < 30; seed++) {
      const bytes = joined(type, seed);
      const view = type.decode(bytes, { validate, ...options }) as { $bytes: Uint8Array };
      expect(hex(type.encode(view))).toBe(hex(bytes));
      read(type, view);
      expect(hex(type.encode(view))).toBe(hex(bytes));
      expect(hex(view.$bytes)).toBe(hex(bytes));
    }
  });

  it("detach with all that they read", () => {
    for (let seed = 0; seed < 30; seed++) {
      const bytes = joined(type, seed);
      const view = type.decode(bytes, options) as { $detach(): { $bytes: Uint8Array } };
      const wanted = read(type, view);
      const own = view.$detach();
      expect(own.$bytes.buffer).not.toBe(bytes.buffer);
      bytes.fill(0xff);
      expect(read(type, own)).toBe(wanted);
    }
  });
});

/** What came of a decode: the value, or what the error says. */
function outcome(work: () => object): { value?: object; error?: string } {
  try {
    return { value: work() };
  } catch (error) {
    if (!(error instanceof DecodeError) || error.cause !== undefined) throw error;
    return { error: `${error.reason} ${error.path} ${error.offset} ${error.message}` };
  }
}

/**
 * Limits low enough that messages of the fixtures reach them. `memory`: also of element memory. A typed array is charged
 * by how it grew, and over the fragments of one message a check does not know that.
 */
function limitsOf(r: Random, memory: boolean): NonNullable<DecodeOptions["limits"]> {
  return {
    ...(memory && r(3) === 0 && { elementMemoryBytes: 64 << r(8) }),
    ...(r(3) === 0 && { depth: r(5) }),
    ...(r(3) === 0 && { unknownFields: r(3) }),
  };
}

describe("mutated bytes", () => {
  it("are accepted as views exactly where the message accepts them, with the same error where not", () => {
    const r = random(7_112_026);
    const samples = types.map((type) =>
      Array.from({ length: 40 }, (_, seed) => [sample(type, seed), joined(type, seed)])
        .flat()
        .filter(({ length }) => length > 0 && length < 2000),
    );
    const rounds = 40_000;
    let accepted = 0;
    let lazyErrors = 0;
    for (let n = 0; n < rounds; n++) {
      const type = types[n % types.length]!;
      const of = samples[n % types.length]!;
      if (of.length === 0) continue;
      let bytes: Uint8Array = of[r(of.length)]!.slice();
      for (let k = r(3); k > 0 && bytes.length > 0; k--) bytes = mutate(r, bytes);
      const options: DecodeOptions = {
        allowPartial: r(2) === 0,
        keepUnknownFields: r(4) !== 0,
        messageSet: r(2) === 0,
        limits: limitsOf(r, !type.typeName.startsWith("test.typed.")),
      };
      const label = `round ${n}: ${type.typeName} ${JSON.stringify(options)} ${hex(bytes)}`;
      const wanted = outcome(() => type.message.decode(bytes, options));
      const got = outcome(() => type.decode(bytes, options));
      if (got.error !== wanted.error) throw new Error(`${label}\n${got.error}\n${wanted.error}`);
      const lazily = outcome(() => {
        const view = type.decode(bytes, { ...options, validate: "on-access" } as ViewDecodeOptions);
        read(type, view);
        return view;
      });
      if (wanted.value === undefined) {
        if (lazily.error !== undefined) lazyErrors++;
        continue;
      }
      accepted++;
      const shape = read(type, wanted.value);
      if (read(type, got.value) !== shape)
        throw new Error(`${label}\n${read(type, got.value)}\n${shape}`);
      if (lazily.error !== undefined) throw new Error(`${label}\n${lazily.error}`);
      if (read(type, lazily.value) !== shape) throw new Error(`${label}: on access`);
    }
    expect(accepted).toBeGreaterThan(rounds / 5);
    expect(rounds - accepted).toBeGreaterThan(rounds / 10);
    expect(lazyErrors).toBeGreaterThan(rounds / 20);
  });
});
