import { type Printer, quote } from "./print.js";

interface Entry {
  readonly local: string;
  value: boolean;
  /** The file uses a constant of its own in place of the import, which is `local$`. */
  constant: boolean;
}

/** Collects what a file imports and gives it local names that nothing else has. */
export class Imports {
  readonly #modules = new Map<string, Map<string, Entry>>();
  readonly #locals: Set<string>;

  /** @param declared The names that the file declares itself. */
  constructor(declared: ReadonlySet<string>) {
    this.#locals = new Set(declared);
  }

  /** The local name of an import that is used as a value. */
  value(module: string, name: string): string {
    const entry = this.#entry(module, name);
    entry.value = true;
    return entry.local;
  }

  /**
   * The same for what is used all the time: the name of a constant that has the import's value. The compiler knows what a
   * module's own constants are, but looks imported names up, and checks what it finds, at every use.
   */
  constant(module: string, name: string): string {
    const entry = this.#entry(module, name);
    entry.value = entry.constant = true;
    return entry.local;
  }

  /** The local name of an import that is used as a type only, so far. */
  type(module: string, name: string): string {
    return this.#entry(module, name).local;
  }

  #entry(module: string, name: string): Entry {
    let names = this.#modules.get(module);
    if (names === undefined) {
      names = new Map();
      this.#modules.set(module, names);
    }
    let entry = names.get(name);
    if (entry === undefined) {
      let local = name;
      // `_`, not `$`: the codec's own variables are a class's name, which ends in `$`, and a number
      for (let i = 1; this.#locals.has(local); i++) local = `${name}_${i}`;
      this.#locals.add(local);
      entry = { local, value: false, constant: false };
      names.set(name, entry);
    }
    return entry;
  }

  /** Prints the import statements, sorted. `which`: for JavaScript, values only; for declarations, all as types. */
  print(printer: Printer, which: "all" | "values" | "types"): void {
    for (const [module, names] of [...this.#modules].sort(([x], [y]) => (x < y ? -1 : 1))) {
      const parts = [...names]
        .filter(([, entry]) => which !== "values" || entry.value)
        .sort(([x], [y]) => (x < y ? -1 : 1))
        .map(([name, { local, value, constant }]) => {
          const imported = constant ? `${local}$` : local;
          const renamed = name === imported ? name : `${name} as ${imported}`;
          return which === "all" && !value ? `type ${renamed}` : renamed;
        });
      if (parts.length === 0) continue;
      const keyword = which === "types" ? "import type" : "import";
      const oneLine = `${keyword} { ${parts.join(", ")} } from ${quote(module)};`;
      if (oneLine.length <= 120) printer.line(oneLine);
      else
        printer.block(
          `${keyword} {`,
          () => {
            for (const part of parts) printer.line(`${part},`);
          },
          `} from ${quote(module)};`,
        );
    }
    if (which !== "types") this.#printConstants(printer);
  }

  #printConstants(printer: Printer): void {
    const constants = [...this.#modules.values()]
      .flatMap((names) => [...names.values()])
      .filter(({ constant }) => constant)
      .map(({ local }) => local)
      .sort();
    if (constants.length > 0) printer.line();
    for (const local of constants) printer.line(`const ${local} = ${local}$;`);
  }
}
