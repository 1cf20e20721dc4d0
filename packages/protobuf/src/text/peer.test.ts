import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { Everything, Secret } from "../fixtures/gen/test/ops.pb.js";
import { Required } from "../fixtures/gen/test/ops2.pb.js";
import { type Random, random, randomInit } from "../fixtures/random.js";
import { equals } from "../message/equals.js";
import type { MessageType } from "../message/message-type.js";
import { fromText, TextError, toText } from "./index.js";

const types: readonly (readonly [MessageType, string])[] = [
  [Everything, "ops"],
  [Secret, "ops"],
  [Required, "ops2"],
];
const partial = { allowPartial: true };
const protos = new URL("../../proto", import.meta.url).pathname;

interface Asset {
  readonly arch: string;
  readonly platform: string;
  readonly executable: string;
}

/** protoc itself, without the script around it. */
function protocBinary(): string {
  const manifest = createRequire(import.meta.url).resolve("protoc/assets.json");
  const assets = JSON.parse(readFileSync(manifest, "utf8")) as Asset[];
  const { platform, arch } = process;
  const asset = assets.find((one) => one.arch === arch && one.platform === platform)!;
  return join(dirname(manifest), "bin", asset.executable);
}

const binary = protocBinary();
const include = join(dirname(binary), "..", "include");

/** What protoc makes of text (`encode`) or of a message (`decode`), `undefined` if it refuses. */
function protoc(
  mode: "encode" | "decode",
  type: MessageType,
  file: string,
  input: string | Uint8Array,
): Buffer | undefined {
  const flags = [`--${mode}=${type.typeName}`, `-I${protos}`, `-I${include}`, `test/${file}.proto`];
  const { stdout, status, error } = spawnSync(binary, flags, { input });
  if (error !== undefined) throw error;
  return status === 0 ? stdout : undefined;
}

/** A piece taken out, doubled, or replaced; characters stay whole, as protoc reads UTF-8. An octal escape past \377, which protoc cuts, is not among them. */
function mutated(r: Random, text: string): string {
  const all = [...text];
  const a = r(all.length + 1);
  const cut = all.slice(a, a + r(4));
  // biome-ignore format: a list of words
  const pieces = ["", [...cut, ...cut].join(""), "{", "}", "[", "]", '"', "'", "\\", "-", ":", ",", ";", "<", ">", "#", "/", "0x", "08", "0777", "1", ".", "e", "f", "inf", "-nan", "true", "t", " ", "\n", "\u0001", "\\x4", "\\1", "\\u00e9", "\\U0010ffff", "[a.b/c.d]", "{}", "[]", "[1]", "count: 1", "Details {}", "details {", "9".repeat(30)];
  return [...all.slice(0, a), pieces[r(pieces.length)]!, ...all.slice(a + cut.length)].join("");
}

describe("protoc", () => {
  test("reads what toText writes, and writes what fromText reads", () => {
    const r = random(8);
    for (let i = 0; i < 45; i++) {
      const [type, file] = types[i % types.length]!;
      const value = type.create(randomInit(r, type.desc, 2));
      const bytes = type.encode(value, partial);
      const theirs = protoc("encode", type, file, toText(type, value, { singleLine: i % 2 === 0 }));
      expect(theirs, toText(type, value)).toBeDefined();
      expect(equals(type, type.decode(theirs!, partial), value)).toBe(true);
      const text = protoc("decode", type, file, bytes)!.toString();
      expect(equals(type, fromText(type, text, partial), value), text).toBe(true);
    }
  });

  test("takes and refuses the same mutated texts, and finds the same values in them", () => {
    const r = random(9);
    let taken = 0;
    let refused = 0;
    for (let i = 0; i < 240; i++) {
      const [type, file] = types[i % types.length]!;
      let text = toText(type, type.create(randomInit(r, type.desc, 0)), {
        singleLine: i % 2 === 0,
      });
      for (let n = r(2); n >= 0; n--) text = mutated(r, text);
      const theirs = protoc("encode", type, file, text);
      let ours: unknown;
      try {
        ours = fromText(type, text, partial);
      } catch (error) {
        if (!(error instanceof TextError)) throw error;
        expect(theirs, `${error.message}\n${text}`).toBeUndefined();
        refused++;
        continue;
      }
      expect(theirs, text).toBeDefined();
      expect(equals(type, type.decode(theirs!, partial), ours), text).toBe(true);
      taken++;
    }
    expect(Math.min(taken, refused)).toBeGreaterThan(30);
  });
});
