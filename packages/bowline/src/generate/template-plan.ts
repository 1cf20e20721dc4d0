import { dirname, join, resolve } from "node:path";
import type { Plan, PluginInvocation } from "./plan.js";
import { parseYamlFile } from "./yaml-file.js";

type Fields = Record<string, unknown>;

/**
 * The plan of a plain `buf.gen.yaml`, which stays as it is but for the calls of `protoc-gen-bowline`.
 * As with buf, its paths relate to the working directory.
 *
 * @throws ConfigError where it is no YAML; all else is for buf to judge.
 */
export function planTemplate(
  text: string,
  file: string,
  display: string,
  cwd: string,
  plugin: PluginInvocation,
): Plan {
  const yaml = parseYamlFile(text, display);
  const template = yaml.root === null ? undefined : yaml.value(yaml.root);
  if (!isFields(template))
    throw yaml.error(yaml.root, "buf.gen.yaml must be a mapping (key: value)");
  const plugins = (Array.isArray(template.plugins) ? template.plugins : []) as unknown[];
  const resolved = plugins.map((entry) => (isFields(entry) ? callBowline(entry, plugin) : entry));
  const outs = plugins.flatMap((entry) =>
    isFields(entry) && typeof entry.out === "string" ? [resolve(cwd, entry.out)] : [],
  );
  return {
    cwd,
    template: resolved.length === 0 ? template : { ...template, plugins: resolved },
    workspace: undefined,
    outs,
    watched: [file, join(cwd, "buf.yaml"), ...inputFolders(template, cwd)],
  };
}

/** A plugin entry, with `protoc-gen-bowline` (v2: `local`, v1: `plugin`, v1beta1: `name`) called by its path. */
export function callBowline(entry: Fields, plugin: PluginInvocation): Fields {
  const { local } = entry;
  const [name, ...args] = Array.isArray(local) ? (local as unknown[]) : [local];
  if (name === "protoc-gen-bowline") {
    // One call for all files: each call starts a process, and rules look at the whole schema.
    return { strategy: "all", ...entry, local: [...plugin, ...args] };
  }
  const old = entry.plugin ?? entry.name;
  if (old === "bowline" && entry.path === undefined) {
    return { strategy: "all", ...entry, path: [...plugin] };
  }
  return entry;
}

function inputFolders(template: Fields, cwd: string): string[] {
  const inputs = Array.isArray(template.inputs) ? (template.inputs as unknown[]) : [];
  if (inputs.length === 0) return [cwd];
  const local = ["directory", "binary_image", "json_image", "text_image", "yaml_image"];
  return inputs.filter(isFields).flatMap((input) => {
    if (typeof input.proto_file === "string") return [dirname(resolve(cwd, input.proto_file))];
    return local.flatMap((kind) =>
      typeof input[kind] === "string" ? [resolve(cwd, input[kind] as string)] : [],
    );
  });
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
