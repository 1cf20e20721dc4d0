import { describe, expect, it } from "vitest";
import { FileDescriptorSet } from "../gen/google/protobuf/descriptor.pb.js";
import { Timestamp } from "../gen/google/protobuf/timestamp.pb.js";
import { comments } from "./comments.js";
import { createRegistry } from "./registry.js";

const at = (path: readonly number[], leading: string, trailing?: string): object => ({
  path,
  span: [0, 0, 0],
  leadingComments: leading,
  ...(trailing === undefined ? {} : { trailingComments: trailing }),
});

const set = FileDescriptorSet.create({
  file: [
    {
      name: "a.proto",
      syntax: "proto2",
      messageType: [
        {
          name: "M",
          field: [
            { name: "m", number: 1, label: 3, type: 11, typeName: ".M.MEntry" },
            { name: "o", number: 2, label: 1, type: 9, oneofIndex: 0 },
          ],
          oneofDecl: [{ name: "one" }],
          nestedType: [
            {
              name: "MEntry",
              field: [
                { name: "key", number: 1, label: 1, type: 9 },
                { name: "value", number: 2, label: 1, type: 9 },
              ],
              options: { mapEntry: true },
            },
            { name: "Inner" },
          ],
        },
      ],
      enumType: [{ name: "E", value: [{ name: "A", number: 0 }] }],
      service: [{ name: "S", method: [{ name: "Get", inputType: ".M", outputType: ".M" }] }],
      sourceCodeInfo: {
        location: [
          { ...at([12], " The file.\n"), leadingDetachedComments: [" Licence\n\n", " More\n"] },
          at([4, 0], " A message\n   of two lines.\n", " behind\n"),
          at([4, 0, 2, 0], " a map\n"),
          at([4, 0, 8, 0], " a oneof\n"),
          at([4, 0, 3, 1], " nested, behind a map entry\n"),
          at([5, 0, 2, 0], " a value\n"),
          at([6, 0, 2, 0], " a method\n"),
        ],
      },
    },
  ],
});

describe("comments", () => {
  const registry = createRegistry(set);
  const file = registry.file("a.proto")!;
  const [message] = file.messages;

  it("are those of the schema, without marks", () => {
    expect(comments(file)).toEqual({
      leading: "The file.",
      trailing: undefined,
      detached: ["Licence\n", "More"],
    });
    expect(comments(message!)).toEqual({
      leading: "A message\n  of two lines.",
      trailing: "behind",
      detached: [],
    });
    expect(comments(message!.fields[0]!).leading).toBe("a map");
    expect(comments(message!.oneofs[0]!).leading).toBe("a oneof");
    expect(comments(message!.messages[0]!).leading).toBe("nested, behind a map entry");
    expect(comments(file.enums[0]!.values[0]!, file.enums[0]!).leading).toBe("a value");
    expect(comments(file.services[0]!.methods[0]!).leading).toBe("a method");
  });

  it("are empty where there are none, and where descriptors carry none", () => {
    const none = { leading: undefined, trailing: undefined, detached: [] };
    expect(comments(message!.fields[1]!)).toEqual(none);
    expect(comments(Timestamp.desc)).toEqual(none);
  });
});
