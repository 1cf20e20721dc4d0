import { Raw } from "@bowline/protobuf/internal";
import { commentText } from "./print.js";
import { varintAt } from "./varint.js";

/** The comments of a `.proto` file, by the path of what they stand at (`google.protobuf.SourceCodeInfo`). */
export interface Comments {
  /** Lines of documentation for the element at `path`. */
  at(path: readonly number[], deprecated: boolean): string[];
}

/** Reads the comments out of a serialized file descriptor. */
export function commentsOf(fileDescriptor: Uint8Array): Comments {
  const texts = new Map<string, string>();
  for (const location of new Raw(fileDescriptor).message(9).messages(1)) {
    const text = location.string(3) || location.string(4);
    if (text !== "") texts.set(pathOf(location.bytes(1)).join(), text);
  }
  return {
    at(path, deprecated) {
      const lines = linesOf(texts.get(path.join()) ?? "");
      if (deprecated) {
        if (lines.length > 0) lines.push("");
        lines.push("@deprecated");
      }
      return lines;
    },
  };
}

/** The numbers of `Location.path`, which is packed. */
function pathOf(packed: Uint8Array | undefined): number[] {
  const path: number[] = [];
  for (let p = 0; packed !== undefined && p < packed.length; ) {
    const [value, next] = varintAt(packed, p);
    path.push(value);
    p = next;
  }
  return path;
}

function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => commentText(line).trimEnd());
  const unindented = lines.every((line) => line === "" || line.startsWith(" "))
    ? lines.map((line) => line.slice(1))
    : lines;
  while (unindented.length > 0 && unindented[0] === "") unindented.shift();
  while (unindented.length > 0 && unindented.at(-1) === "") unindented.pop();
  // a tag of the comment's own author would be read as one of ours
  return unindented.map((line) => line.replace(/^(\s*)@/, "$1\\@"));
}
