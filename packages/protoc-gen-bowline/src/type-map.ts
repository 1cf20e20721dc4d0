import { OptionError } from "./option-error.js";

/** A rule that makes the messages of a type appear as other values. */
export interface TypeMapRule {
  /** The rule as it was written, `map_type=…`, for messages. */
  readonly text: string;
  /** The full name of the message type. */
  readonly typeName: string;
  /** What it appears as: something that the runtime has, or an export of a module. */
  readonly target: RuntimeMapping | ModuleMapping;
}

interface RuntimeMapping {
  readonly kind: "runtime";
  /** The mapping's name in the runtime's entry point for generated code. */
  readonly name: string;
  /** The TypeScript type of values. */
  readonly type: string;
}

interface ModuleMapping {
  readonly kind: "module";
  /** A package, or a path from the output folder: it begins with a dot then. */
  readonly module: string;
  readonly name: string;
}

/** The mappings that the runtime brings, by the name that the option has for them. */
const runtimeMappings: Readonly<Record<string, { of: string; name: string; type: string }>> = {
  Date: { of: "google.protobuf.Timestamp", name: "timestampAsDate", type: "globalThis.Date" },
  ExactDate: {
    of: "google.protobuf.Timestamp",
    name: "timestampAsExactDate",
    type: "globalThis.Date",
  },
};

export const typeMapShape = "pkg.Message:Date or pkg.Message:MODULE#EXPORT";

function refuse(value: string, why: string): never {
  throw new OptionError("map_type", `option "map_type" does not take "${value}"; ${why}`);
}

/** Parses the values of `map_type`. @throws OptionError */
export function typeMapRules(values: readonly string[]): TypeMapRule[] {
  const rules = values.map(typeMapRule);
  for (const [i, rule] of rules.entries()) {
    if (rules.findIndex(({ typeName }) => typeName === rule.typeName) !== i)
      refuse(values[i]!, `${rule.typeName} is mapped already; give each type once`);
  }
  return rules;
}

function typeMapRule(value: string): TypeMapRule {
  const at = value.indexOf(":");
  const typeName = value.slice(0, at).trim();
  const target = value.slice(at + 1).trim();
  if (at < 0 || !/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(typeName)) {
    refuse(
      value,
      `expected ${typeMapShape}, such as google.protobuf.Timestamp:Date or acme.Money:./money.js#moneyMapping`,
    );
  }
  const text = `map_type=${value}`;
  return {
    text,
    typeName,
    target: target.includes("#")
      ? moduleMapping(value, target)
      : runtimeMapping(value, typeName, target),
  };
}

function runtimeMapping(value: string, typeName: string, target: string): RuntimeMapping {
  const names = Object.keys(runtimeMappings);
  if (!Object.hasOwn(runtimeMappings, target)) {
    refuse(
      value,
      `"${target}" is none of ${names.join(", ")}, nor an export of a module as in ./money.js#moneyMapping`,
    );
  }
  const { of, name, type } = runtimeMappings[target]!;
  if (of !== typeName) refuse(value, `${target} is for ${of} only`);
  return { kind: "runtime", name, type };
}

/** `MODULE#EXPORT`, split at the last `#` (a module may begin with one). */
function moduleMapping(value: string, target: string): ModuleMapping {
  const at = target.lastIndexOf("#");
  const module = target.slice(0, at);
  const name = target.slice(at + 1);
  if (!/^[\w@~#.][\w@~#:/.+-]*$/.test(module) || (/^\./.test(module) && !/^\.\.?\//.test(module))) {
    refuse(
      value,
      `"${module}" is no module: expected a path from the output folder that begins with ./ or ../, or the name of a package`,
    );
  }
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) {
    refuse(value, `"${name}" is not the name of an export: expected an identifier behind the #`);
  }
  return { kind: "module", module, name };
}

/** The module as the code of a file imports it: paths from the output folder become paths from the file's own. */
export function moduleFrom(file: string, module: string): string {
  if (!module.startsWith(".")) return module;
  const up = "../".repeat(file.split("/").length - 1);
  return up === "" ? module : up + module.replace(/^\.\//, "");
}
