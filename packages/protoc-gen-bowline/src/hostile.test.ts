// Texts of a schema get into the code as data or comments only, whatever is in them, and no request crashes the plugin.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { field, file, message, request } from "./fixtures/descriptor-bytes.js";
import { hostile } from "./fixtures/hostile-strings.js";
import { compile, outcome, plugin, scratch } from "./fixtures/scratch.js";
import { generate, RequestError } from "./plugin.js";

describe("hostile text", () => {
  it("stays in its place: in comments, defaults, options, JSON names and paths", async () => {
    const folder = scratch("hostile");
    const expected = new Map<string, string[]>();
    for (const [i, text] of hostile.entries()) {
      const name = `dir ${i}/f\`$'${i}.proto`;
      const comment = (path: number[], body: string) =>
        [1, [...path.map((n) => [1, n] as const), [3, body] as const]] as const;
      const options = [
        [999, text],
        [50000, text],
      ] as const;
      const bytes = file(
        name,
        [
          [2, "p"],
          [
            4,
            [
              [1, "M"],
              [
                2,
                field("a", 1, [
                  [7, text],
                  [10, text],
                  [8, [...options, [3, 1]]],
                ]),
              ],
              [
                2,
                field("b", 2, [
                  [5, 12],
                  [7, text],
                ]),
              ],
              [8, [[1, "o"]]],
              [2, field("c", 3, [[9, 0]])],
              [7, options],
            ],
          ],
          [
            5,
            [
              [1, "E"],
              [
                2,
                [
                  [1, "A"],
                  [2, 0],
                  [3, options],
                ],
              ],
              [3, options],
            ],
          ],
          [
            6,
            [
              [1, "S"],
              [
                2,
                [
                  [1, "R"],
                  [2, ".p.M"],
                  [3, ".p.M"],
                  [4, options],
                ],
              ],
              [3, options],
            ],
          ],
          [
            7,
            field("ext", 100, [
              [2, ".p.M"],
              [7, text],
            ]),
          ],
          [8, [[1, text], [11, text], ...options]],
          [
            9,
            [
              [4, 0],
              [4, 0, 2, 0],
              [4, 0, 2, 2],
              [4, 0, 8, 0],
              [5, 0],
              [5, 0, 2, 0],
              [6, 0],
              [6, 0, 2, 0],
              [7, 0],
            ].map((path) => comment(path, i % 2 === 0 ? text : `line\n${text}\n${text}${text}`)),
          ],
        ],
        "proto2",
      );
      for (const target of ["ts", "js"]) {
        const { files, error } = generate(request([bytes], [name], `target=${target}`));
        expect(error).toBeUndefined();
        for (const output of files) {
          if (!("content" in output)) throw new Error("no text");
          expect(output.content).not.toMatch(/[^\P{Cc}\n\t]|[\u2028\u2029]/u);
          const path = join(folder, target === "ts" ? "fromTs" : "fromJs", output.name);
          mkdirSync(dirname(path), { recursive: true });
          writeFileSync(path, output.content);
        }
      }
      expected.set(join(folder, `js/fromTs/dir ${i}/f\`$'${i}.pb.js`), [
        "E",
        "M",
        "M$",
        "MView",
        "MView$",
        "S",
        `file$dir_${i}_f___${i}`,
        "ext",
      ]);
      expected.set(join(folder, `fromJs/dir ${i}/f\`$'${i}.pb.js`), [
        "E",
        "M",
        "M$",
        "MView",
        "MView$",
        "S",
        `file$dir_${i}_f___${i}`,
        "ext",
      ]);
    }
    expect(compile(folder, { skipLibCheck: false })).toEqual({ code: 0, output: "" });
    for (const [path, names] of expected) {
      // biome-ignore lint/suspicious/noExplicitAny: modules that exist only while the test runs
      const module: any = await import(/* @vite-ignore */ pathToFileURL(path).href);
      expect(new Set(Object.keys(module))).toEqual(new Set(names));
      const i = Number(/dir (\d+)/.exec(path)![1]);
      expect(module.M.desc.fieldByName("a").default).toBe(hostile[i]);
      expect(module.M.desc.fieldByName("a").jsonName).toBe(hostile[i]);
      expect(module.ext.desc.default).toBe(hostile[i]);
      expect(module.M.decode(module.M.encode({ a: "x" })).a).toBe("x");
      expect(module.MView.decode(module.M.encode({ a: "x" })).a).toBe("x");
    }
    expect("injected" in globalThis).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it("stays in its place in options of the plugin", () => {
    for (const text of hostile.filter((each) => !each.includes(","))) {
      const dependency = file("dep.proto", [[4, [[1, "D"]]]]);
      const user = file("a.proto", [
        [3, "dep.proto"],
        [
          4,
          [
            [1, "M"],
            [
              2,
              field("d", 1, [
                [5, 11],
                [6, ".D"],
              ]),
            ],
          ],
        ],
      ]);
      const { files, error } = generate(
        request([dependency, user], ["a.proto"], `import_map=*.proto:mod${text}.js`),
      );
      if (error !== undefined) continue;
      const output = files[0]!;
      if (!("content" in output)) throw new Error("no text");
      const specifier = JSON.parse(/from ("mod.*");/.exec(output.content)![1]!);
      expect(specifier).toBe(`mod${text}.js`);
    }
  });
});

describe("a request that is none", () => {
  const whole = request(
    [
      file("a.proto", [
        [
          4,
          [
            [1, "M"],
            [2, field("a", 1)],
          ],
        ],
      ]),
    ],
    ["a.proto"],
  );

  it("is an error of one line and exit code 1", () => {
    const inputs = [
      new Uint8Array(0),
      Uint8Array.of(255),
      new TextEncoder().encode("hello"),
      whole.subarray(0, -3),
      message([[15, "not a descriptor"]]),
      message([[15, [[1, Uint8Array.of(255)]]]]),
    ];
    for (const input of inputs) {
      const { code, output } = outcome(process.execPath, [plugin], input);
      expect(code).toBe(1);
      expect(output).toMatch(
        /^protoc-gen-bowline: standard input is not a google\.protobuf\.compiler\.CodeGeneratorRequest: .*\n$/,
      );
    }
  });

  it("never crashes the generator, wherever it is cut or changed", () => {
    const tryOne = (input: Uint8Array): void => {
      try {
        generate(input);
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
      }
    };
    for (let i = 0; i < whole.length; i++) tryOne(whole.subarray(0, i));
    for (let i = 0; i < whole.length; i++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = whole.slice();
        changed[i]! ^= 1 << bit;
        tryOne(changed);
      }
    }
  });
});
