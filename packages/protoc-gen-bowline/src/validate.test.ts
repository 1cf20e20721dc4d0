// Descriptors that no compiler would write are refused by name, and crash nothing.
import { describe, expect, it } from "vitest";
import { field, file, message, request } from "./fixtures/descriptor-bytes.js";
import { hostile } from "./fixtures/hostile-strings.js";
import { generate } from "./plugin.js";

const errorOf = (bytes: Uint8Array): string | undefined => generate(bytes).error;
const one = (
  more: Parameters<typeof file>[1],
  name = "a.proto",
  syntax = "proto3",
): string | undefined => errorOf(request([file(name, more, syntax)], [name]));

describe("names", () => {
  const refused = [
    "",
    "1a",
    "a-b",
    "a.b",
    "a b",
    "é",
    "a\n",
    "a;b",
    "$a",
    ...hostile.filter((text) => text !== "__proto__"),
  ];
  const places: Record<string, (name: string) => Parameters<typeof file>[1]> = {
    message: (name) => [[4, [[1, name]]]],
    "nested message": (name) => [
      [
        4,
        [
          [1, "M"],
          [3, [[1, name]]],
        ],
      ],
    ],
    field: (name) => [
      [
        4,
        [
          [1, "M"],
          [2, field(name, 1)],
        ],
      ],
    ],
    oneof: (name) => [
      [
        4,
        [
          [1, "M"],
          [2, field("f", 1, [[9, 0]])],
          [8, [[1, name]]],
        ],
      ],
    ],
    enum: (name) => [
      [
        5,
        [
          [1, name],
          [
            2,
            [
              [1, "A"],
              [2, 0],
            ],
          ],
        ],
      ],
    ],
    "nested enum": (name) => [
      [
        4,
        [
          [1, "M"],
          [
            4,
            [
              [1, name],
              [
                2,
                [
                  [1, "A"],
                  [2, 0],
                ],
              ],
            ],
          ],
        ],
      ],
    ],
    "enum value": (name) => [
      [
        5,
        [
          [1, "E"],
          [
            2,
            [
              [1, name],
              [2, 0],
            ],
          ],
        ],
      ],
    ],
    extension: (name) => [
      [4, [[1, "M"]]],
      [7, field(name, 100, [[2, ".M"]])],
    ],
    service: (name) => [[6, [[1, name]]]],
    method: (name) => [
      [4, [[1, "M"]]],
      [
        6,
        [
          [1, "S"],
          [
            2,
            [
              [1, name],
              [2, ".M"],
              [3, ".M"],
            ],
          ],
        ],
      ],
    ],
  };
  for (const [place, descriptor] of Object.entries(places)) {
    it(`are refused where a ${place} has one that is no identifier`, () => {
      for (const name of refused) {
        const error = one(descriptor(name));
        expect(error, JSON.stringify(name)).toMatch(
          /^a\.proto: the .* name .* is not an identifier$/,
        );
        expect(error, JSON.stringify(name)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }
      expect(one(descriptor("ok"))).toBeUndefined();
    });
  }

  it("are refused in packages", () => {
    for (const name of [
      ".",
      "a.",
      ".a",
      "a..b",
      "a-b",
      "1",
      ...hostile.filter((text) => text !== "__proto__"),
    ]) {
      expect(one([[2, name]]), JSON.stringify(name)).toMatch(
        /^a\.proto: the package .* is not a dotted name$/,
      );
    }
  });

  it("are refused where a path would leave the output folder or is no path", () => {
    const paths = [
      "",
      "../a.proto",
      "a/../../b.proto",
      "/etc/a.proto",
      "a\\b.proto",
      "..\\a.proto",
      "C:a.proto",
      "a//b.proto",
      "./a.proto",
      "a\n.proto",
      "a\u0000.proto",
      "a\u2028.proto",
      'a".proto',
      "a*/.proto",
    ];
    for (const path of paths) {
      expect(errorOf(request([file(path, [])], [path])), JSON.stringify(path)).toMatch(
        /: the file name /,
      );
    }
    expect(
      errorOf(request([file("ünïcode/`$'.proto", [])], ["ünïcode/`$'.proto"])),
    ).toBeUndefined();
  });
});

describe("what else no compiler lets through", () => {
  const cases: Record<string, [Parameters<typeof file>[1], RegExp]> = {
    "two fields of one number": [
      [
        [
          4,
          [
            [1, "M"],
            [2, field("a", 1)],
            [2, field("b", 1)],
          ],
        ],
      ],
      /in message M, the number 1 is declared twice/,
    ],
    "two fields of one name": [
      [
        [
          4,
          [
            [1, "M"],
            [2, field("a", 1)],
            [2, field("a", 2)],
          ],
        ],
      ],
      /in message M, the name a is declared twice/,
    ],
    "two messages of one name": [
      [
        [4, [[1, "M"]]],
        [4, [[1, "M"]]],
      ],
      /the name M is declared twice/,
    ],
    "an enum without values": [[[5, [[1, "E"]]]], /enum E has no value/],
    "two enum values of one name": [
      [
        [
          5,
          [
            [1, "E"],
            [
              2,
              [
                [1, "A"],
                [2, 0],
              ],
            ],
            [
              2,
              [
                [1, "A"],
                [2, 1],
              ],
            ],
          ],
        ],
      ],
      /in enum E, the value A is declared twice/,
    ],
    "field number 0": [
      [
        [
          4,
          [
            [1, "M"],
            [2, field("a", 0)],
          ],
        ],
      ],
      /field a has the number 0/,
    ],
    "a negative field number": [
      [
        [
          4,
          [
            [1, "M"],
            [2, field("a", -1)],
          ],
        ],
      ],
      /field a has the number -1/,
    ],
    "a field number past the last": [
      [
        [
          4,
          [
            [1, "M"],
            [2, field("a", 536870912)],
          ],
        ],
      ],
      /field a has the number 536870912/,
    ],
    "an extension number past the last": [
      [
        [4, [[1, "M"]]],
        [7, field("x", 2147483646, [[2, ".M"]])],
      ],
      /extension x has the number 2147483646, which is not in 1 to 536870911/,
    ],
    "a field without a type": [
      [
        [
          4,
          [
            [1, "M"],
            [
              2,
              [
                [1, "a"],
                [3, 1],
                [4, 1],
              ],
            ],
          ],
        ],
      ],
      /field a has the type 0/,
    ],
    "a field of an unknown type": [
      [
        [
          4,
          [
            [1, "M"],
            [2, field("a", 1, [[5, 19]])],
          ],
        ],
      ],
      /field a has the type 19/,
    ],
    "a field of an unknown label": [
      [
        [
          4,
          [
            [1, "M"],
            [2, field("a", 1, [[4, 4]])],
          ],
        ],
      ],
      /field a has the label 4/,
    ],
    "a oneof that is not there": [
      [
        [
          4,
          [
            [1, "M"],
            [2, field("a", 1, [[9, 3]])],
          ],
        ],
      ],
      /field a is in oneof 3, which message M does not have/,
    ],
    "a type that is not there": [
      [
        [
          4,
          [
            [1, "M"],
            [
              2,
              field("a", 1, [
                [5, 11],
                [6, ".N"],
              ]),
            ],
          ],
        ],
      ],
      /a refers to \.N, which neither the file nor its imports declare/,
    ],
    "a hostile type reference": [
      [
        [
          4,
          [
            [1, "M"],
            [
              2,
              field("a", 1, [
                [5, 11],
                [6, "*/ x"],
              ]),
            ],
          ],
        ],
      ],
      /field a refers to "\*\/ x", which is not the name of a type/,
    ],
    "an enum where a message is meant": [
      [
        [
          4,
          [
            [1, "M"],
            [
              2,
              field("a", 1, [
                [5, 11],
                [6, ".E"],
              ]),
            ],
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
              ],
            ],
          ],
        ],
      ],
      /a refers to \.E/,
    ],
    "a map entry without a value": [
      [
        [
          4,
          [
            [1, "M"],
            [
              2,
              field("a", 1, [
                [4, 3],
                [5, 11],
                [6, ".M.AEntry"],
              ]),
            ],
            [
              3,
              [
                [1, "AEntry"],
                [2, field("key", 1)],
                [7, [[7, 1]]],
              ],
            ],
          ],
        ],
      ],
      /map entry AEntry has other fields than 1 and 2/,
    ],
    "a map entry with a message as key": [
      [
        [
          4,
          [
            [1, "M"],
            [
              3,
              [
                [1, "AEntry"],
                [
                  2,
                  field("key", 1, [
                    [5, 11],
                    [6, ".M"],
                  ]),
                ],
                [2, field("value", 2)],
                [7, [[7, 1]]],
              ],
            ],
          ],
        ],
      ],
      /map entry AEntry has a key of type 11/,
    ],
    "a map entry as a message": [
      [
        [
          4,
          [
            [1, "M"],
            [
              2,
              field("a", 1, [
                [5, 11],
                [6, ".M.AEntry"],
              ]),
            ],
            [
              3,
              [
                [1, "AEntry"],
                [2, field("key", 1)],
                [2, field("value", 2)],
                [7, [[7, 1]]],
              ],
            ],
          ],
        ],
      ],
      /a uses a map entry as a message/,
    ],
    "a map entry as a request": [
      [
        [
          4,
          [
            [1, "M"],
            [
              3,
              [
                [1, "AEntry"],
                [2, field("key", 1)],
                [2, field("value", 2)],
                [7, [[7, 1]]],
              ],
            ],
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
                [2, ".M"],
                [3, ".M.AEntry"],
              ],
            ],
          ],
        ],
      ],
      /R uses a map entry as a message/,
    ],
    "a default that is no number": [
      [
        [
          4,
          [
            [1, "M"],
            [
              2,
              field("a", 1, [
                [5, 3],
                [7, "1n; throw 1"],
              ]),
            ],
          ],
        ],
      ],
      /the default of a is not an integer/,
    ],
  };
  for (const [what, [descriptor, expected]] of Object.entries(cases)) {
    it(`is refused by name: ${what}`, () => {
      expect(one(descriptor, "a.proto", "proto2")).toMatch(expected);
    });
  }

  it("is refused by name: nesting without end", () => {
    let nested: Uint8Array = message([[1, "M"]]);
    for (let i = 0; i < 200; i++)
      nested = message([
        [1, "M"],
        [3, nested],
      ]);
    expect(one([[4, nested]])).toBe("a.proto: message M is nested deeper than 100 levels");
  });

  it("is refused by name: two files that give one", () => {
    const files = [file("a", []), file("a.proto", [])];
    expect(errorOf(request(files, ["a", "a.proto"]))).toBe(
      "a.proto: another file of the request gives a.pb.ts, too",
    );
    expect(errorOf(request([files[0]!, files[0]!], ["a"]))).toBe("a: twice in the request");
    expect(errorOf(request(files, ["b"]))).toBe("b: asked for, but not in the request");
  });

  it("is refused by name: an edition that is not known, with the range", () => {
    for (const edition of [900, 997, 1003, 9999, 99999]) {
      const bytes = message([
        [1, "a.proto"],
        [12, "editions"],
        [14, edition],
      ]);
      expect(errorOf(request([bytes], ["a.proto"]))).toBe(
        `a.proto: edition number ${edition} is not supported; this version knows proto2, proto3 and editions 2023, 2024 and 2026 (numbers 998 to 1002)`,
      );
    }
  });
});
