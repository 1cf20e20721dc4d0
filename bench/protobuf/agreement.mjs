/** Starts the children of a workload and refuses to measure libraries that do not agree about it. */
import { startChild } from "./process.mjs";

/** Returns the children that take part, each with the operations that it has. */
export async function startAgreeing(workload, libraries, schema, nodeFlags) {
  const children = [];
  let given = {};
  const readers = libraries.filter(isReader);
  const writers = libraries.filter((library) => !isReader(library));
  if (writers.length === 0) throw new Error("there is no library that can write what is read");
  for (const library of [...writers, ...readers]) {
    const { key, url, info } = library;
    const child = await startChild(url, info, schema, nodeFlags);
    const request = { do: "prepare", workload: workload.name, type: workload.type };
    const prepared = await child.ask({
      ...request,
      jsons: given.jsons,
      wires: isReader(library) ? given.wires : undefined,
    });
    if (prepared === undefined) {
      await child.stop();
      continue;
    }
    children.push({ ...child, key, ...prepared });
    if (children.length === 1) given = await child.ask({ do: "export", workload: workload.name });
  }
  check(workload.name, children);
  return children;
}

/** Views, other languages and what has no schema read what the first library wrote. */
function isReader({ key, info }) {
  return info.needs !== undefined || key.startsWith("bowline-");
}

function check(name, children) {
  const wanted = children[0];
  for (const child of children) {
    for (const from of ["digest", "again", "fromJson", "ownJson"])
      if (child[from] !== undefined && child[from] !== wanted.digest)
        throw new Error(`${child.key} and ${wanted.key} differ on ${name}: ${from}`);
    for (const [what, tolerance] of [
      ["touched", child.info.program ? 0.02 : 0],
      ["touchedThree", 0],
    ])
      child[what]?.forEach((sum, i) => {
        const other = wanted[what]?.[i] ?? sum;
        if (!(Math.abs(sum - other) <= tolerance * Math.abs(other)))
          throw new Error(`${child.key} and ${wanted.key} read other values in ${name}`);
      });
  }
}
