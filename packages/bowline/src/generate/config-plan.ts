import { existsSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, parse, relative, resolve, sep } from "node:path";
import { type Config, type ConfigPath, parseConfig } from "./config.js";
import type { Plan, PluginInvocation } from "./plan.js";
import { isProto, takeSnapshot } from "./snapshot.js";
import { callBowline } from "./template-plan.js";

interface Place {
  /** Absolute. */
  readonly path: string;
  readonly from: ConfigPath;
}

/**
 * The plan of a `bowline.yaml`. Its paths relate to the folder of the file.
 *
 * @throws ConfigError with the place of what is wrong.
 */
export function planConfig(
  text: string,
  file: string,
  display: string,
  plugin: PluginInvocation,
): Plan {
  const config = parseConfig(text, display);
  const base = dirname(file);
  const inputs = config.inputs.map((from) => ({ path: resolve(base, from.path), from }));
  const imports = config.imports.map((from) => ({ path: resolve(base, from.path), from }));
  const exclude = config.exclude.map((from) => ({ path: resolve(base, from.path), from }));
  for (const { path, from } of [...inputs, ...imports, ...exclude]) {
    if (!existsSync(path)) throw from.error(`no such file or folder: ${path}`);
  }
  for (const { path, from } of inputs) checkInput(path, from);
  const folders = inputs.filter(({ path }) => statSync(path).isDirectory());
  const sets = inputs.filter((input) => !folders.includes(input));
  const own = folders.map(({ path }) => findBufYaml(path)).find((path) => path !== undefined);
  for (const { from } of own === undefined ? [] : [...imports, ...exclude]) {
    throw from.error(`imports and exclude do not go together with ${own}: say it there instead`);
  }
  const out = resolve(base, config.out.path);
  // Everything in the folder goes, so nothing that is not generated may lie in it.
  const kept = [{ path: file, from: config.out }, ...inputs, ...imports];
  if (config.clean && kept.some(({ path }) => isWithin(path, out))) {
    throw config.out.error("clean would delete the configuration or the inputs with this folder");
  }
  const plugins = config.plugins.map((entry) => resolvePlugin(entry, base, plugin));
  // buf refuses modules outside its working directory, so that is a folder that holds them all.
  const cwd =
    own !== undefined
      ? base
      : commonFolder([base, ...[...folders, ...imports].map(({ path }) => path)]);
  const directories =
    own !== undefined
      ? folders.map(({ path }) => ({ directory: local(cwd, path) }))
      : workspaceInput(cwd, folders, imports, exclude);
  return {
    cwd,
    template: {
      version: "v2",
      clean: config.clean,
      plugins: [bowlineEntry(config, out, plugin), ...plugins],
      inputs: [...directories, ...sets.map(({ path }) => descriptorSet(path))],
    },
    workspace: own !== undefined ? undefined : workspace(cwd, folders, imports, exclude),
    outs: [out, ...plugins.flatMap(({ out: path }) => (typeof path === "string" ? [path] : []))],
    watched: [
      file,
      ...(own === undefined ? [] : [own]),
      ...[...inputs, ...imports].map(({ path }) => path),
    ],
  };
}

/** Of an input that would generate nothing, or that buf would take for a descriptor set, says so at its place. */
function checkInput(path: string, from: ConfigPath): void {
  if (statSync(path).isDirectory()) {
    if (takeSnapshot([path], isProto).files.size === 0) {
      throw from.error(`no .proto files in ${path}`);
    }
  } else if (isProto(path)) {
    const instead = /^(\.\.?[\\/])*[^\\/]+(?=[\\/])/.exec(from.path)?.[0] ?? ".";
    throw from.error(
      `inputs takes folders or descriptor sets, not a .proto file; write the folder that its imports start from, such as ${instead}`,
    );
  }
}

function bowlineEntry(
  config: Config,
  out: string,
  plugin: PluginInvocation,
): Record<string, unknown> {
  const entry = { local: "protoc-gen-bowline", out, opt: config.options };
  return callBowline({ ...entry, include_imports: config.includeImports }, plugin);
}

/** Paths that a plugin entry says relate to `bowline.yaml`, not to where buf runs. */
function resolvePlugin(
  entry: Record<string, unknown>,
  base: string,
  plugin: PluginInvocation,
): Record<string, unknown> {
  const absolute = (part: unknown): unknown =>
    typeof part === "string" && /^\.\.?[\\/]/.test(part) ? resolve(base, part) : part;
  const copy = callBowline(entry, plugin);
  const { local: command, out } = copy;
  return {
    ...copy,
    ...(command === undefined
      ? {}
      : { local: Array.isArray(command) ? command.map(absolute) : absolute(command) }),
    ...(typeof out === "string" ? { out: resolve(base, out) } : {}),
  };
}

/** One input, so that plugins see the whole schema in one call. */
function workspaceInput(
  cwd: string,
  folders: readonly Place[],
  imports: readonly Place[],
  exclude: readonly Place[],
): Record<string, unknown>[] {
  if (folders.length === 0) return [];
  if (imports.length === 0) return [{ directory: "." }];
  // buf takes no module's own folder as a path, so these are what lies in it.
  const foreign = [...imports, ...exclude].map(({ path }) => path);
  const paths = folders.flatMap(({ path, from }) => {
    const parts = new Set<string>();
    for (const file of takeSnapshot([path], isProto).files.keys()) {
      if (foreign.some((folder) => isWithin(file, folder))) continue;
      parts.add(relative(path, file).split(sep)[0]!);
    }
    if (parts.size === 0) throw from.error(`no .proto files in ${path}`);
    return [...parts].map((part) => local(cwd, join(path, part)));
  });
  return [{ directory: ".", paths }];
}

function workspace(
  cwd: string,
  folders: readonly Place[],
  imports: readonly Place[],
  exclude: readonly Place[],
): Record<string, unknown> {
  const paths = [...new Set([...folders, ...imports].map(({ path }) => path))];
  const modules = paths.map((path) => {
    const others = [...paths, ...exclude.map((place) => place.path)];
    const nested = others.filter((other) => other !== path && isWithin(other, path));
    const packages = join(path, "node_modules");
    const excluded = [...nested, ...(existsSync(packages) ? [packages] : [])];
    const outermost = excluded.filter(
      (one) => !excluded.some((other) => other !== one && isWithin(one, other)),
    );
    return { path: local(cwd, path), excludes: outermost.map((one) => local(cwd, one)) };
  });
  return { version: "v2", modules };
}

function descriptorSet(path: string): Record<string, unknown> {
  const kind = /\.(json|txtpb|yaml)(\.\w+)?$/.exec(path)?.[1] ?? "binpb";
  const kinds: Record<string, string> = { json: "json", txtpb: "text", yaml: "yaml" };
  return { [`${kinds[kind] ?? "binary"}_image`]: path };
}

/** The buf.yaml or buf.work.yaml that governs a folder, if any. */
function findBufYaml(folder: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    for (const name of ["buf.yaml", "buf.work.yaml"]) {
      if (existsSync(join(at, name))) return join(at, name);
    }
    if (at === parse(at).root) return undefined;
  }
}

function commonFolder(paths: readonly string[]): string {
  let common = paths[0]!;
  while (!paths.every((path) => isWithin(path, common))) common = dirname(common);
  return common;
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** A path as buf writes it: relative, with slashes. */
function local(cwd: string, path: string): string {
  return relative(cwd, path).split(sep).join("/") || ".";
}
