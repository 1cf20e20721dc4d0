import { SchemaError, shown } from "../descriptor/schema-error.js";

/** A file of a set before it is built. */
export interface RawFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly imports: readonly string[];
  /** Those of its imports that whoever imports it sees, too. */
  readonly publicImports: readonly string[];
}

/**
 * The files in an order in which each stands behind those that it imports, whatever the order of the set.
 * @param known Whether a file that is not in the set is known otherwise.
 * @throws SchemaError for an import that is neither, and for files that import one another in a circle.
 */
export function importOrder(
  files: ReadonlyMap<string, RawFile>,
  known: (name: string) => boolean,
): RawFile[] {
  const order: RawFile[] = [];
  const state = new Map<string, "open" | "done">();
  for (const start of files.values()) {
    // by hand: a chain of imports may be longer than the stack is deep
    const way: { readonly file: RawFile; next: number }[] = [];
    const enter = (file: RawFile): void => {
      state.set(file.name, "open");
      way.push({ file, next: 0 });
    };
    if (!state.has(start.name)) enter(start);
    for (let at = way.at(-1); at !== undefined; at = way.at(-1)) {
      const path = at.file.imports[at.next++];
      if (path === undefined) {
        state.set(at.file.name, "done");
        order.push(at.file);
        way.pop();
        continue;
      }
      const imported = files.get(path);
      if (imported === undefined) {
        if (known(path)) continue;
        throw new SchemaError(
          at.file.name,
          `it imports ${shown(path)}, which is neither in the set nor in the registry`,
        );
      }
      if (state.get(path) === "open")
        throw cycle(
          way.map(({ file }) => file.name),
          path,
        );
      if (!state.has(path)) enter(imported);
    }
  }
  return order;
}

function cycle(way: readonly string[], back: string): SchemaError {
  const circle = [...way.slice(way.indexOf(back)), back].map(shown);
  const text =
    circle.length > 8
      ? [...circle.slice(0, 4), "…", ...circle.slice(-3)].join(" → ")
      : circle.join(" → ");
  return new SchemaError(back, `the files import one another in a circle: ${text}`);
}

/** Steps along public imports that all files of a set may take together. */
const maxSteps = 1_000_000;

/** Says whether a file sees the declarations of another: it imports it, or something that imports it publicly. */
export function visibility(
  files: (name: string) => Pick<RawFile, "imports" | "publicImports"> | undefined,
): (from: string, to: string) => boolean {
  let steps = 0;
  let current = "";
  let seen = new Set<string>();
  return (from, to) => {
    if (from === to) return true;
    if (current !== from) {
      current = from;
      seen = new Set(files(from)?.imports);
      for (const name of seen) {
        if (++steps > maxSteps) throw new SchemaError(from, "public imports lead too far");
        for (const more of files(name)?.publicImports ?? []) seen.add(more);
      }
    }
    return seen.has(to);
  };
}
