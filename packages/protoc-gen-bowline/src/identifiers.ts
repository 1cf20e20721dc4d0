import type {
  DescEnum,
  DescField,
  DescFile,
  DescMessage,
  DescService,
} from "@bowline/protobuf/internal";

/** Names that generated code uses itself, or that cannot be declared. A type of this name gets a `$`. */
const taken = new Set(
  (
    "break case catch class const continue debugger default delete do else enum export extends false finally for " +
    "function if import in instanceof new null return super switch this throw true try typeof var void while with " +
    "yield let static implements interface package private protected public await arguments eval async of as any " +
    "unknown never void string number bigint boolean symbol object undefined type namespace module declare " +
    "Array Float64Array Float32Array Int32Array Uint32Array BigInt64Array BigUint64Array Iterable Map Object ReadonlyMap String Uint8Array Symbol Infinity NaN BigInt Number globalThis Promise " +
    "exports require " +
    "a b c d e f g h i j k l m n o p q r s t u v w x y z"
  ).split(" "),
);

/** The identifiers of a message. */
export interface MessageNames {
  /** The interface and the type value. */
  readonly type: string;
  /** What it is made from. */
  readonly init: string;
  /** The internal class. */
  readonly messageClass: string;
  /** The interface and the type value of its views. */
  readonly view: string;
  /** The internal class of its views. */
  readonly viewClass: string;
}

/** All identifiers that a file's code exports. */
export interface FileNames {
  readonly handle: string;
  readonly messages: ReadonlyMap<DescMessage, MessageNames>;
  readonly enums: ReadonlyMap<DescEnum, string>;
  readonly extensions: ReadonlyMap<DescField, string>;
  readonly services: ReadonlyMap<DescService, string>;
  /** Every one of them. */
  readonly all: ReadonlySet<string>;
}

/**
 * Gives names to what a file declares. Names of the schema go first, nested ones as `Outer_Inner`; a name that is taken
 * or reserved gets `$` behind it, which no name of a schema has. What is derived (`UserInit`) gives way to what is
 * declared.
 */
export function fileNames(file: DescFile): FileNames {
  const all = new Set<string>();
  const declare = (wanted: string): string => {
    let name = /^[A-Za-z_$]/.test(wanted) ? wanted : `_${wanted}`;
    if (taken.has(name)) name += "$";
    while (all.has(name)) name += "$";
    all.add(name);
    return name;
  };
  const types = new Map<DescMessage, string>();
  const enums = new Map<DescEnum, string>();
  const extensions = new Map<DescField, string>();
  const scopes: (readonly [string, DescFile | DescMessage])[] = [["", file]];
  for (const [prefix, scope] of scopes) {
    for (const message of scope.messages) {
      types.set(message, declare(prefix + message.name));
      scopes.push([`${prefix}${message.name}_`, message]);
    }
    for (const desc of scope.enums) enums.set(desc, declare(prefix + desc.name));
  }
  const services = new Map(file.services.map((service) => [service, declare(service.name)]));
  for (const [prefix, scope] of scopes) {
    for (const field of scope.extensions) extensions.set(field, declare(prefix + field.localName));
  }
  const codecs = new Map<DescMessage, Omit<MessageNames, "view" | "viewClass">>();
  for (const [message, type] of types) {
    const init = declare(`${type}Init`);
    codecs.set(message, { type, init, messageClass: declare(`${type}$`) });
  }
  const messages = new Map<DescMessage, MessageNames>();
  for (const [message, names] of codecs) {
    const view = declare(`${names.type}View`);
    messages.set(message, { ...names, view, viewClass: declare(`${view}$`) });
  }
  const handle = declare(`file$${file.name.replace(/\.proto$/, "").replace(/[^A-Za-z0-9]/g, "_")}`);
  return { handle, messages, enums, extensions, services, all };
}
