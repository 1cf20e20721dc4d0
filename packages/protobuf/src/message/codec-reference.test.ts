import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.js";
import { Everything } from "../fixtures/gen/test/ops.pb.js";
import { Arrays, Expanded } from "../fixtures/gen/test/typed.pb.js";
import { Closings, Lists, Maps, Scalars, Tree } from "../fixtures/gen/test/wire.pb.js";
import { mutate } from "../fixtures/mutation.js";
import { random, randomInit } from "../fixtures/random.js";
import * as reference from "../fixtures/reference.js";
import { FileDescriptorProto } from "../gen/google/protobuf/descriptor.pb.js";
import { Value } from "../gen/google/protobuf/struct.pb.js";
import type { MessageType } from "./message-type.js";

const types: readonly MessageType[] = [
  Scalars,
  Lists,
  Arrays,
  Expanded,
  Maps,
  Closings,
  Tree,
  Everything,
  Value,
  FileDescriptorProto,
];

function hex(bytes: ArrayLike<number>): string {
  return Buffer.from(Uint8Array.from(bytes)).toString("hex");
}

/** Bytes of a random message of a type, and what they were made of. */
function sample(type: MessageType, seed: number): Uint8Array {
  return type.encode(randomInit(random(seed), type.desc, 3), { allowPartial: true });
}

describe.each(types.map((type) => [type.typeName, type] as const))("%s", (_, type) => {
  it("encodes to the bytes of the reference", () => {
    for (let seed = 0; seed < 70; seed++) {
      const message = type.create(randomInit(random(seed), type.desc, 3));
      expect(hex(type.encode(message, { allowPartial: true })), `seed ${seed}`).toBe(
        hex(reference.encode(type.desc, message)),
      );
    }
  });

  it("encodes init literals as the messages that they make", () => {
    for (let seed = 0; seed < 70; seed++) {
      const init = randomInit(random(seed), type.desc, 3);
      expect(hex(type.encode(init, { allowPartial: true })), `seed ${seed}`).toBe(
        hex(type.encode(type.create(init), { allowPartial: true })),
      );
    }
  });

  it("decodes to the message of the reference", () => {
    for (let seed = 0; seed < 70; seed++) {
      const bytes = sample(type, seed);
      const message = type.decode(bytes, { allowPartial: true });
      expect(reference.shape(type.desc, message), `seed ${seed}`).toBe(
        reference.shape(type.desc, reference.decode(type.desc, bytes)),
      );
      expect(type.is(message)).toBe(true);
    }
  });

  it("decodes two messages behind one another to their merge", () => {
    for (let seed = 0; seed < 60; seed++) {
      const bytes = new Uint8Array([...sample(type, seed), ...sample(type, seed + 1000)]);
      const message = type.decode(bytes, { allowPartial: true });
      expect(reference.shape(type.desc, message), `seed ${seed}`).toBe(
        reference.shape(type.desc, reference.decode(type.desc, bytes)),
      );
    }
  });

  it("decodes or refuses every prefix as the reference does", () => {
    for (let seed = 0; seed < 8; seed++) {
      const bytes = sample(type, seed);
      for (let n = 0; n < Math.min(bytes.length, 1200); n++)
        compare(type, bytes.slice(0, n), `seed ${seed}, ${n} bytes`);
    }
  });
});

/** Decodes with both codecs: either both refuse, or both have the same message, which survives a round trip. */
function compare(type: MessageType, bytes: Uint8Array, label: string): boolean {
  let wanted: string | undefined;
  try {
    wanted = reference.shape(type.desc, reference.decode(type.desc, bytes));
  } catch {}
  let message: object;
  try {
    message = type.decode(bytes, { allowPartial: true });
  } catch (error) {
    if (!(error instanceof DecodeError))
      throw new Error(`${label}: ${hex(bytes)}: ${String(error)}`, { cause: error });
    if (wanted !== undefined)
      throw new Error(`${label}: ${hex(bytes)} is refused: ${error.message}`);
    if (error.cause !== undefined)
      throw new Error(`${label}: ${hex(bytes)}: an error of another kind is within`, {
        cause: error.cause,
      });
    return false;
  }
  const got = reference.shape(type.desc, message as never);
  if (got !== wanted) throw new Error(`${label}: ${hex(bytes)}\n${got}\n${wanted}`);
  const again = type.encode(message, { allowPartial: true });
  const back = reference.shape(type.desc, type.decode(again, { allowPartial: true }));
  // what is left out are the unknown fields of map entries and of messages that appear unboxed
  if (back !== got)
    throw new Error(`${label}: ${hex(bytes)} comes back as ${hex(again)}\n${got}\n${back}`);
  return true;
}

describe("mutated bytes", () => {
  it("decode as the reference decodes them, or not at all; none takes long", () => {
    const r = random(20_250_711);
    const samples = types.map((type) =>
      Array.from({ length: 40 }, (_, seed) => sample(type, seed)).filter(
        ({ length }) => length > 0 && length < 2000,
      ),
    );
    let decoded = 0;
    let slowest = 0;
    const rounds = 50_000;
    for (let n = 0; n < rounds; n++) {
      const kind = n % types.length;
      let bytes: Uint8Array = samples[kind]![r(samples[kind]!.length)]!.slice();
      for (let k = r(3); k >= 0 && bytes.length > 0; k--) bytes = mutate(r, bytes);
      const start = performance.now();
      if (compare(types[kind]!, bytes, `round ${n}`)) decoded++;
      slowest = Math.max(slowest, performance.now() - start);
    }
    // both ways are taken often
    expect(decoded).toBeGreaterThan(rounds / 20);
    expect(rounds - decoded).toBeGreaterThan(rounds / 20);
    expect(slowest).toBeLessThan(1000);
  });
});
