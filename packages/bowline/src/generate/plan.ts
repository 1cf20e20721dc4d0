/** What buf is to do in one run of `bowline generate`. Paths are absolute but for those in the template. */
export interface Plan {
  /** The working directory of buf, to which the paths of the template relate. */
  readonly cwd: string;
  /** The content of `buf.gen.yaml`. */
  readonly template: Record<string, unknown>;
  /** The content of `buf.yaml`, where the project has none of its own. */
  readonly workspace: Record<string, unknown> | undefined;
  /** Where the plugins write. */
  readonly outs: readonly string[];
  /** Files and folders on which the outcome depends. */
  readonly watched: readonly string[];
}

/** How buf calls this package's `protoc-gen-bowline`. */
export type PluginInvocation = readonly [string, ...string[]];
