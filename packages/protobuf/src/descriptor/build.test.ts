import { describe, expect, it } from "vitest";
import { tag, varint } from "../fixtures/reference.js";
import { type BuiltFile, buildFile } from "./build.js";
import type { DescFile } from "./model.js";
import { allParts } from "./parts.js";

type Part = readonly (readonly [number: number, value: number | string | Part])[];

/** A message of these fields. */
function bytes(part: Part): Uint8Array {
  return Buffer.concat(
    part.map(([number, value]) => {
      if (typeof value === "number")
        return Uint8Array.from([...tag(number, 0), ...varint(BigInt.asUintN(64, BigInt(value)))]);
      const body = typeof value === "string" ? Buffer.from(value) : bytes(value);
      return Buffer.concat([
        Uint8Array.from([...tag(number, 2), ...varint(BigInt(body.length))]),
        body,
      ]);
    }),
  );
}

const named = (name: string, more: Part = []): Part => [[1, name], ...more];
const field = (name: string, number: number, more: Part = []): Part => [
  [1, name],
  [3, number],
  [4, 1],
  [5, 5],
  ...more,
];

function build(part: Part, dependencies: readonly DescFile[] = []): BuiltFile {
  return buildFile(bytes([[1, "hostile.proto"], [12, "proto3"], ...part]), dependencies, allParts);
}

describe("a descriptor with", () => {
  it.each<[string, Part, RegExp]>([
    [
      "a reference to a type that is not there",
      [
        [
          4,
          named("M", [
            [
              2,
              field("f", 1, [
                [5, 11],
                [6, ".no.Such"],
              ]),
            ],
          ]),
        ],
      ],
      /hostile.proto: f refers to .no.Such, which/,
    ],
    [
      "a message field that refers to nothing",
      [[4, named("M", [[2, field("f", 1, [[5, 11]])]])]],
      /f refers to ,/,
    ],
    [
      "a message field that refers to an enum",
      [
        [5, named("E", [[2, named("ZERO")]])],
        [
          4,
          named("M", [
            [
              2,
              field("f", 1, [
                [5, 11],
                [6, ".E"],
              ]),
            ],
          ]),
        ],
      ],
      /f refers to .E/,
    ],
    [
      "an enum field that refers to a message",
      [
        [
          4,
          named("M", [
            [
              2,
              field("f", 1, [
                [5, 14],
                [6, ".M"],
              ]),
            ],
          ]),
        ],
      ],
      /f refers to .M/,
    ],
    [
      "a reference by a name of Object.prototype",
      [
        [
          4,
          named("M", [
            [
              2,
              field("f", 1, [
                [5, 11],
                [6, "constructor"],
              ]),
            ],
          ]),
        ],
      ],
      /f refers to constructor/,
    ],
    ["an extension of nothing", [[7, field("x", 1)]], /x refers to ,/],
    [
      "an extension of a type that is not there",
      [[7, field("x", 1, [[2, ".no.Such"]])]],
      /x refers to .no.Such/,
    ],
    ["a method without types", [[6, named("S", [[2, named("m")]])]], /S refers to ,/],
    [
      "an import of itself, for a type",
      [
        [3, "hostile.proto"],
        [
          4,
          named("M", [
            [
              2,
              field("f", 1, [
                [5, 11],
                [6, ".other.Type"],
              ]),
            ],
          ]),
        ],
      ],
      /f refers to .other.Type/,
    ],
    ["an edition of the future", [[14, 9999]], /edition number 9999 is not supported/],
    [
      "a default that is no integer",
      [[4, named("M", [[2, field("f", 1, [[7, "0x10; alert(1)"]])]])]],
      /the default of f is not an integer/,
    ],
    [
      "a 64-bit default that is no integer",
      [
        [
          4,
          named("M", [
            [
              2,
              field("f", 1, [
                [5, 3],
                [7, "1n"],
              ]),
            ],
          ]),
        ],
      ],
      /the default of f is not an integer/,
    ],
  ])("%s is refused by name", (_, part, message) => {
    expect(() => build(part)).toThrow(Error);
    expect(() => build(part)).toThrow(message);
  });

  it("types that contain one another, or themselves, is built", () => {
    const of = (name: string): Part => [
      [
        2,
        field("next", 1, [
          [5, 11],
          [6, `.${name}`],
        ]),
      ],
    ];
    const { file } = build([
      [4, named("A", of("B"))],
      [4, named("B", of("A"))],
      [4, named("C", of("C"))],
    ]);
    const [a, b, c] = file.messages;
    expect([a!.fields[0]!.message, b!.fields[0]!.message, c!.fields[0]!.message]).toEqual([
      b,
      a,
      c,
    ]);
    expect(a!.hasRequired).toBe(false);
  });

  it("names of Object.prototype pollutes nothing, and each member has a property of its own", () => {
    const names = [
      "__proto__",
      "constructor",
      "toString",
      "valueOf",
      "has_own_property",
      "to_json",
      "",
      "_1",
      "a",
      "A",
      "a_",
      "_a",
    ];
    const { file } = build([
      [
        4,
        named(
          "__proto__",
          names.map((name, i) => [2, field(name, i + 1)] as const),
        ),
      ],
      [5, named("constructor", [[2, named("__proto__")]])],
    ]);
    const message = file.messages[0]!;
    const properties = message.members.map(({ localName }) => localName);
    expect(new Set(properties).size).toBe(names.length);
    for (const name of properties) {
      expect(name in {}, name).toBe(false);
      expect(message.fieldByLocalName(name)?.localName).toBe(name);
    }
    expect(message.fieldByName("__proto__")?.number).toBe(1);
    expect(message.fieldByName("hasOwnProperty")).toBeUndefined();
    expect(({} as Record<string, unknown>).number).toBeUndefined();
  });

  it("tens of thousands of fields and oneofs takes seconds, not hours", () => {
    const fields = Array.from(
      { length: 40_000 },
      (_, i) => [2, field(`f${i}`, 40_000 - i, i % 2 === 0 ? [[9, i / 2]] : [])] as const,
    );
    const oneofs = Array.from({ length: 20_000 }, (_, i) => [8, named(`o${i}`)] as const);
    const start = performance.now();
    const { file } = build([[4, named("M", [...fields, ...oneofs])]]);
    expect(file.messages[0]!.members).toHaveLength(40_000);
    expect(performance.now() - start).toBeLessThan(4000);
  });

  it("many imports that import the same is built without going through them again and again", () => {
    const dependency = (name: string, dependencies: readonly DescFile[]): DescFile =>
      buildFile(
        bytes([
          [1, name],
          [4, named(name)],
        ]),
        dependencies,
        allParts,
      ).file;
    let layer: DescFile[] = [dependency("base", [])];
    // a walk of all paths would be of 20 ** 6 steps
    for (let depth = 0; depth < 6; depth++)
      layer = Array.from({ length: 20 }, (_, i) => dependency(`d${depth}n${i}`, layer));
    const start = performance.now();
    expect(
      build(
        [
          [
            4,
            named("M", [
              [
                2,
                field("f", 1, [
                  [5, 11],
                  [6, ".base"],
                ]),
              ],
            ]),
          ],
        ],
        layer,
      ).file.messages,
    ).toHaveLength(1);
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
