import { describe, expect, it } from "vitest";
import { Secret } from "../fixtures/gen/test/ops.pb.js";
import { Value } from "../wkt/index.js";
import { fromYaml, YamlError } from "./index.js";

const lines = (n: number, text: string): string =>
  Array.from({ length: n }, (_, i) => " ".repeat(i) + text).join("\n");

describe("YAML nested deeper than the parser's stack holds", () => {
  it.each([
    ["mappings in braces", '{"nope":'.repeat(20_000)],
    ["sequences in brackets", "[".repeat(20_000)],
    ["sequences in brackets, whole", "[".repeat(1000) + "]".repeat(1000)],
    ["sequences on one line", `${"- ".repeat(20_000)}a`],
    ["explicit keys on one line", `${"? ".repeat(20_000)}a`],
    ["mappings on lines", lines(1500, "a:")],
    ["sequences on lines", lines(1500, "-")],
    ["both, in turn", "- [".repeat(20_000)],
    ["anchors between them", "[&a ".repeat(20_000)],
  ])("does not end the process, however often it is read: %s", (_, yaml) => {
    for (let n = 0; n < 4; n++) {
      try {
        fromYaml(Value, yaml, { limits: { depth: 1e9, elementMemoryBytes: 2 ** 30 } });
        expect.unreachable();
      } catch (error) {
        expect(YamlError.is(error)).toBe(true);
        expect((error as YamlError).reason).toBe("BOWLINE_YAML_LIMIT");
      }
    }
  });

  it("is the only one refused: what the default depth allows is read, in blocks and in braces", () => {
    const levels = 100;
    const flow = fromYaml(Secret, `{${"hidden: {".repeat(levels)}${"}".repeat(levels)}}`);
    const block = fromYaml(Secret, `${lines(levels, "hidden:")} {}`);
    expect(flow).toEqual(block);
    const wide = Array.from({ length: 2000 }, (_, i) => `- - a${i}\n  - {b: [c, -1]}`).join("\n");
    expect(fromYaml(Value, wide).kind?.case).toBe("listValue");
  });
});
