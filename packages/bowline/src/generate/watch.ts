import { type FSWatcher, watch } from "node:fs";
import { dirname } from "node:path";
import { changedFiles, isProto, takeSnapshot } from "./snapshot.js";

/** How long the folders must be quiet before a change counts: editors write a file in several steps. */
const quietMs = 100;

/** Waits for changes of `.proto` files and of files that are named themselves. */
export interface ChangeWatcher {
  /** Notes the state of `roots` (files and folders), against which `next` compares from now on. */
  note(roots: readonly string[]): void;
  /**
   * Resolves with the files that differ from the state noted, at once if some do already, and notes
   * the new state; resolves with none once the signal aborts.
   */
  next(): Promise<readonly string[]>;
}

/** Creates a watcher that `signal` ends. */
export function createChangeWatcher(signal: AbortSignal): ChangeWatcher {
  let roots: readonly string[] = [];
  let known = takeSnapshot([]);
  let stirred: () => void = () => {};
  const folders = createFolderWatch(() => stirred());
  signal.addEventListener("abort", () => folders.follow(new Set()), { once: true });

  /** Resolves when nothing has happened for a while after something did, or on abort. */
  const quiet = (): Promise<void> =>
    new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const end = (): void => {
        clearTimeout(timer);
        stirred = () => {};
        signal.removeEventListener("abort", end);
        resolve();
      };
      stirred = () => {
        clearTimeout(timer);
        timer = setTimeout(end, quietMs);
      };
      signal.addEventListener("abort", end, { once: true });
    });

  return {
    note(wanted) {
      roots = wanted;
      known = takeSnapshot(roots, isProto);
    },
    async next() {
      while (!signal.aborted) {
        // Watch first, look then: what changes in between is seen by one of the two.
        const { folders: read } = takeSnapshot(roots, isProto);
        // A file is watched by its folder: editors put a new file in the place of the old one.
        folders.follow(new Set([...read, ...roots.map((path) => dirname(path))]));
        const now = takeSnapshot(roots, isProto);
        const changed = changedFiles(known, now);
        known = now;
        if (changed.length > 0) return changed;
        await quiet();
      }
      return [];
    },
  };
}

/** Watches a set of folders, each alone: recursive watching misses folders made later on Linux. */
function createFolderWatch(stirred: () => void): { follow(folders: ReadonlySet<string>): void } {
  const watchers = new Map<string, FSWatcher>();
  const drop = (folder: string): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };
  const add = (folder: string): void => {
    try {
      const watcher = watch(folder, stirred);
      watcher.on("error", () => {
        drop(folder);
        stirred();
      });
      watchers.set(folder, watcher);
    } catch (error) {
      // A folder that has vanished since is no loss; that the system's watches ran out is.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  };
  return {
    follow(folders) {
      for (const folder of [...watchers.keys()]) if (!folders.has(folder)) drop(folder);
      for (const folder of folders) if (!watchers.has(folder)) add(folder);
    },
  };
}
