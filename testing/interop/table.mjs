/** The table of docs/interop.md: written from a run, and held against every later one. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.mjs";

const page = join(root, "docs", "interop.md");
const [begin, end] = ["<!-- table: npm run interop -- --all --write -->\n", "<!-- /table -->"];
const head = ["Peer", "Version", "Direction", "Ways", "Carried by", "Cases", "Passed"];

/**
 * @typedef {object} Row what one leg came to
 * @property {string} peer
 * @property {string} version
 * @property {boolean} ofSystem its version is the machine's, and may differ from the table's
 * @property {string} direction
 * @property {string} ways
 * @property {string} engines
 * @property {number} cases
 * @property {number} passed
 */

/** The table in Markdown. @param {Row[]} rows */
export function renderTable(rows) {
  const lines = [head, head.map(() => "---"), ...rows.map(cellsOf)];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

/** Writes the table anew. @param {Row[]} rows */
export function writeTable(rows) {
  const text = readFileSync(page, "utf8");
  const [before, after] = [text.split(begin)[0], text.split(end)[1]];
  writeFileSync(page, `${before}${begin}\n${renderTable(rows)}\n${end}${after}`);
}

/** What the page says: its cells by row. @param {string} [text] */
export function readTable(text = readFileSync(page, "utf8")) {
  const table = text.split(begin)[1]?.split(end)[0] ?? "";
  const lines = table.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

/**
 * In what a run and the page differ.
 * @param {Row[]} rows
 * @param {string[][]} cells of the page
 * @param {boolean} isWhole whether everything was run, so that the page may have nothing else
 */
export function differences(rows, cells, isWhole) {
  const found = [];
  const known = new Set();
  for (const row of rows) {
    const wanted = cellsOf(row);
    const said = cells.find((each) => keyOf(each) === keyOf(wanted));
    known.add(keyOf(wanted));
    if (said === undefined) found.push(`docs/interop.md lacks ${keyOf(wanted)}`);
    else if (!agree(row, wanted, said)) {
      found.push(`docs/interop.md says ${said.join(" | ")}; it is ${wanted.join(" | ")}`);
    }
  }
  for (const each of cells) {
    if (each.length !== head.length || each.includes("")) {
      found.push(`docs/interop.md has an empty cell: ${each.join(" | ")}`);
    }
    if (isWhole && !known.has(keyOf(each))) {
      found.push(`docs/interop.md has ${keyOf(each)}, which does not run`);
    }
  }
  return found;
}

function cellsOf({ peer, version, direction, ways, engines, cases, passed }) {
  return [peer, version, direction, ways, engines, String(cases), String(passed)];
}

/** Peer, direction and what carries the calls tell rows apart. */
function keyOf(cells) {
  return [cells[0], cells[2], cells[4]].join(" | ");
}

function agree({ ofSystem }, wanted, said) {
  return wanted.every((cell, index) => cell === said[index] || (ofSystem && index === 1));
}
