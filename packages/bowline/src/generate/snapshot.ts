import { readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";

/** The files below some folders at one moment: path to size and time of change. */
export interface Snapshot {
  readonly files: ReadonlyMap<string, string>;
  /** The folders that were read. */
  readonly folders: ReadonlySet<string>;
}

/**
 * Takes a snapshot of the files whose name passes `wanted`, below each of `roots` (a root may be a
 * file). `node_modules` and folders whose name begins with a dot are left out, unless they are a root
 * themselves; a root that does not exist counts as empty; symbolic links are followed.
 */
export function takeSnapshot(
  roots: readonly string[],
  wanted: (name: string) => boolean = () => true,
): Snapshot {
  const files = new Map<string, string>();
  const folders = new Set<string>();
  const real = new Set<string>();
  const visit = (path: string, name: string | undefined): void => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) {
      const target = realpathSync(path);
      if (real.has(target)) return;
      real.add(target);
      folders.add(path);
      for (const child of readFolder(path)) {
        if (child !== "node_modules" && !child.startsWith(".")) visit(join(path, child), child);
      }
    } else if (stat?.isFile() && (name === undefined || wanted(name))) {
      files.set(path, `${stat.mtimeMs}:${stat.size}:${stat.ino}`);
    }
  };
  for (const root of roots) visit(root, undefined);
  return { files, folders };
}

/** The files that are new, gone or other in `after`. */
export function changedFiles(before: Snapshot, after: Snapshot): string[] {
  const gone = [...before.files.keys()].filter((path) => !after.files.has(path));
  const changed = [...after.files].filter(([path, state]) => before.files.get(path) !== state);
  return [...changed.map(([path]) => path), ...gone];
}

/** A folder may vanish between two looks at it. */
function readFolder(path: string): string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}

/** Whether a file is a `.proto`, by its name. */
export function isProto(name: string): boolean {
  return name.endsWith(".proto");
}
