// `npm run check:layers`: a package imports exactly what the table of docs/architecture.md names, and what those
// bring. Reads every import of packages/*/src (types, re-exports, dynamic and `import("…").Type` ones too) and
// names those that the table does not allow. `check-layers.mjs ROOT` checks another tree, for its own test.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, relative, resolve, sep } from "node:path";
import { parseSync } from "oxc-parser";
import { root, runScript } from "./driver/steps.mjs";

/**
 * @typedef {object} Layer
 * @property {number} layer
 * @property {string[]} imports packages of ours; what those import is allowed too
 * @property {boolean} [node] whether `node:` modules may be imported
 * @property {string[]} [npm] packages of others; from layer 4 on, whatever package.json declares
 */

/** @type {Record<string, Layer>} */
export const layers = {
  "@bowline/protobuf": { layer: 0, imports: [], npm: ["fast-check", "yaml"] },
  "@bowline/http2": { layer: 0, imports: [] },
  "protoc-gen-bowline": { layer: 1, imports: ["@bowline/protobuf"], node: true },
  "@bowline/rpc": { layer: 1, imports: ["@bowline/protobuf"] },
  "@bowline/web": { layer: 2, imports: ["@bowline/rpc"] },
  "@bowline/health": { layer: 2, imports: ["@bowline/rpc"] },
  "@bowline/reflection": { layer: 2, imports: ["@bowline/rpc"] },
  "@bowline/balancer": { layer: 2, imports: ["@bowline/rpc", "@bowline/health"] },
  "@bowline/query": { layer: 2, imports: ["@bowline/rpc"] },
  "@bowline/auth": { layer: 2, imports: ["@bowline/rpc"], npm: ["jose"] },
  "@bowline/telemetry": { layer: 2, imports: ["@bowline/rpc"], npm: ["@opentelemetry/api"] },
  "@bowline/node": {
    layer: 3,
    imports: ["@bowline/rpc", "@bowline/http2", "@bowline/balancer", "@bowline/health"],
    node: true,
    npm: ["express", "fastify"],
  },
  "@bowline/lookaside": {
    layer: 4,
    imports: ["@bowline/node", "@bowline/balancer", "@bowline/health", "@bowline/reflection"],
    node: true,
  },
  "@bowline/gateway": {
    layer: 4,
    imports: [
      "@bowline/node",
      "@bowline/balancer",
      "@bowline/health",
      "@bowline/reflection",
      "@bowline/auth",
      "@bowline/telemetry",
    ],
    node: true,
  },
  "@bowline/explorer": {
    layer: 4,
    imports: ["@bowline/node", "@bowline/web", "@bowline/reflection"],
    node: true,
  },
  bowline: {
    layer: 5,
    imports: [
      "protoc-gen-bowline",
      "@bowline/query",
      "@bowline/lookaside",
      "@bowline/gateway",
      "@bowline/explorer",
    ],
    node: true,
  },
  "create-bowline": { layer: 5, imports: [], node: true },
};

/** What a package may import of ours: the table's row, and what those bring. @param {string} name @returns {Set<string>} */
function allowedPackages(name) {
  const allowed = new Set([name]);
  const queue = [...(layers[name]?.imports ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (allowed.has(next)) continue;
    allowed.add(next);
    queue.push(...(layers[next]?.imports ?? []));
  }
  return allowed;
}

/**
 * Every module specifier of a TypeScript file with its line.
 *
 * @param {string} file
 * @param {string} text
 * @returns {{ specifier: string, line: number }[]}
 */
export function importsOf(file, text) {
  const { program, errors } = parseSync(file, text);
  const broken = errors.find((error) => error.severity === "Error");
  if (broken) throw new Error(`${file}: ${broken.message}`);
  /** @type {{ specifier: string, line: number }[]} */
  const found = [];
  visit(program);
  return found;

  /** @param {unknown} node */
  function visit(node) {
    if (Array.isArray(node)) node.forEach(visit);
    if (node === null || typeof node !== "object" || Array.isArray(node)) return;
    const module = moduleOf(/** @type {Record<string, any>} */ (node));
    if (typeof module?.value === "string") {
      found.push({ specifier: module.value, line: text.slice(0, module.start).split("\n").length });
    }
    Object.values(node).forEach(visit);
  }
}

/** The literal that names a module in a syntax node, if it has one. @param {Record<string, any>} node */
function moduleOf(node) {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return node.source;
    case "TSExternalModuleReference":
      return node.expression;
    case "TSModuleDeclaration":
      return node.id;
    case "CallExpression": {
      const callee = node.callee.name ?? node.callee.property?.name;
      return callee === "require" || callee === "resolve" ? node.arguments[0] : undefined;
    }
    default:
      return undefined;
  }
}

/** The package of a specifier: `@bowline/rpc/json` is of `@bowline/rpc`. @param {string} specifier */
function packageOf(specifier) {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? specifier);
}

/**
 * Why a file may not import a module; nothing where it may.
 *
 * @param {{ name: string, folder: string, manifest: Record<string, any> }} owner
 * @param {string} file absolute path
 * @param {string} specifier
 * @returns {string | undefined}
 */
function objection(owner, file, specifier) {
  const { name, folder, manifest } = owner;
  const test = /\.test(-d)?\.ts$/.test(file);
  if (specifier.startsWith(".")) {
    const target = relative(join(folder, "src"), resolve(dirname(file), specifier));
    if (target.split(sep)[0] !== ".." || test) return undefined;
    return "leaves the package's src";
  }
  const layer = layers[name];
  if (specifier.startsWith("node:") || builtinModules.includes(specifier)) {
    return test || layer?.node ? undefined : `${name} runs anywhere: no node: import`;
  }
  const wanted = packageOf(specifier);
  if (wanted in layers) {
    if (allowedPackages(name).has(wanted)) return undefined;
    const may = [...allowedPackages(name)].filter((other) => other !== name);
    return `${name} (layer ${layer?.layer}) may import ${may.length > 0 ? may.join(", ") : "nothing"}`;
  }
  if (test || layer?.npm?.includes(wanted)) return undefined;
  const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
  if ((layer?.layer ?? 0) >= 4 && wanted in declared) return undefined;
  return `${name} (layer ${layer?.layer}) has no such npm dependency`;
}

/**
 * Checks every package of a repository and returns one line for each import or dependency that is not allowed.
 *
 * @param {string} repository
 * @returns {{ problems: string[], imports: number }}
 */
export function checkLayers(repository) {
  const problems = [];
  let imports = 0;
  for (const entry of readdirSync(join(repository, "packages"))) {
    const folder = join(repository, "packages", entry);
    if (!existsSync(join(folder, "package.json"))) continue;
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const name = manifest.name;
    if (!(name in layers)) {
      problems.push(`packages/${entry}/package.json: ${name} is not in the table of layers`);
      continue;
    }
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      if (dependency in layers && !allowedPackages(name).has(dependency)) {
        problems.push(
          `packages/${entry}/package.json: depends on ${dependency}, which its layer may not`,
        );
      }
    }
    for (const file of sources(join(folder, "src"))) {
      for (const { specifier, line } of importsOf(file, readFileSync(file, "utf8"))) {
        imports += 1;
        const why = objection({ name, folder, manifest }, file, specifier);
        if (why)
          problems.push(`${relative(repository, file)}:${line}: imports "${specifier}": ${why}`);
      }
    }
  }
  return { problems, imports };
}

/** @param {string} folder @returns {string[]} */
function sources(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.[cm]?tsx?$/.test(file) && !file.split(sep).includes("fixtures"))
    .map((file) => join(folder, file))
    .sort();
}

await runScript(import.meta, () => {
  const { problems, imports } = checkLayers(process.argv[2] ?? root);
  for (const problem of problems) console.log(problem);
  console.log(
    problems.length > 0
      ? `${problems.length} imports break the layers`
      : `${imports} imports, all allowed`,
  );
  if (problems.length > 0 || imports === 0) process.exitCode = 1;
});
