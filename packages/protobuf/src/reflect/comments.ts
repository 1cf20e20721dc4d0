import type {
  DescEnum,
  DescEnumValue,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
} from "../descriptor/model.js";
import { Raw } from "../descriptor/raw.js";
import { varintsOf } from "../descriptor/raw-varints.js";
import { cursor } from "../wire/cursor.js";

/** The comments around a declaration, without their marks and without the space that each line begins with. */
export interface Comments {
  /** The comment right in front of it. */
  readonly leading: string | undefined;
  /** The comment behind it. */
  readonly trailing: string | undefined;
  /** Comments in front of the leading one, with empty lines between. */
  readonly detached: readonly string[];
}

type Desc =
  | DescFile
  | DescMessage
  | DescField
  | DescOneof
  | DescEnum
  | DescEnumValue
  | DescService
  | DescMethod;

const none: Comments = { leading: undefined, trailing: undefined, detached: [] };

/** The comments of a file's declarations, read when the first one is asked for. */
const ofFiles = new WeakMap<DescFile, ReadonlyMap<Desc, Comments>>();

/**
 * The comments that the schema has at a declaration; at a file, those of its first statement. Descriptors carry comments
 * only in sets that were made with source information (`protoc --include_source_info`, `buf build`); those of generated
 * code never do.
 * @param desc Of an enum value, its enum has to be given, too.
 */
export function comments(desc: Exclude<Desc, DescEnumValue>): Comments;
export function comments(desc: DescEnumValue, parent: DescEnum): Comments;
export function comments(desc: Desc, parent?: DescEnum): Comments {
  const file = fileOf(desc, parent);
  let found = ofFiles.get(file);
  if (found === undefined) {
    found = read(file);
    ofFiles.set(file, found);
  }
  return found.get(desc) ?? none;
}

function fileOf(desc: Desc, parent: DescEnum | undefined): DescFile {
  switch (desc.kind) {
    case "file":
      return desc;
    case "oneof":
    case "method":
      return desc.parent.file;
    case "enumValue":
      if (parent === undefined) throw new TypeError("comments of an enum value take its enum, too");
      return parent.file;
    default:
      return desc.file;
  }
}

function read(file: DescFile): ReadonlyMap<Desc, Comments> {
  const { memory, unknown } = cursor;
  try {
    const raw = new Raw(file.bytes);
    const at = new Map<string, Comments>();
    for (const location of raw.message(9).all(1)) {
      const r = new Raw(location);
      if (r.has(3) || r.has(4) || r.has(6)) at.set(varintsOf(location, 1).join(), commentsIn(r));
    }
    return at.size === 0 ? new Map() : assigned(file, raw, at);
  } finally {
    cursor.memory = memory;
    cursor.unknown = unknown;
  }
}

function commentsIn(r: Raw): Comments {
  return {
    leading: r.has(3) ? plain(r.string(3)) : undefined,
    trailing: r.has(4) ? plain(r.string(4)) : undefined,
    detached: r.strings(6).map(plain),
  };
}

function plain(text: string): string {
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => line.replace(/^ /, "").trimEnd())
    .join("\n");
}

/** Ties what stands at paths of field numbers and indices (`google.protobuf.SourceCodeInfo`) to descriptors. */
function assigned(
  file: DescFile,
  raw: Raw,
  at: ReadonlyMap<string, Comments>,
): ReadonlyMap<Desc, Comments> {
  const found = new Map<Desc, Comments>();
  const put = (desc: Desc, path: readonly number[]): void => {
    const here = at.get(path.join());
    if (here !== undefined) found.set(desc, here);
  };
  const list = (descs: readonly Desc[], path: readonly number[]): void =>
    descs.forEach((desc, i) => put(desc, [...path, i]));
  const enums = (descs: readonly DescEnum[], path: readonly number[]): void => {
    list(descs, path);
    descs.forEach((desc, i) => list(desc.values, [...path, i, 2]));
  };
  const messages = (
    descs: readonly DescMessage[],
    raws: readonly Raw[],
    path: readonly number[],
  ): void => {
    const byName = new Map(descs.map((desc) => [desc.name, desc]));
    raws.forEach((r, i) => {
      const desc = byName.get(r.string(1));
      // map entries are no messages here
      if (desc === undefined) return;
      const here = [...path, i];
      put(desc, here);
      list(desc.fields, [...here, 2]);
      list(desc.oneofs, [...here, 8]);
      list(desc.extensions, [...here, 6]);
      enums(desc.enums, [...here, 4]);
      messages(desc.messages, r.messages(3), [...here, 3]);
    });
  };
  for (const path of [[2], [12], [14]]) put(file, path);
  messages(file.messages, raw.messages(4), [4]);
  enums(file.enums, [5]);
  list(file.extensions, [7]);
  list(file.services, [6]);
  file.services.forEach((service, i) => list(service.methods, [6, i, 2]));
  return found;
}
