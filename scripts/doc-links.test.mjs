import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "./driver/steps.mjs";

/** What GitHub makes of a heading. @param {string} heading @returns {string} */
function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** The relative links of a text that lead nowhere. @param {string} page path below the root @param {string} text @returns {string[]} */
function brokenLinks(page, text) {
  const prose = text.replace(/```[\s\S]*?```/g, "");
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = "", anchor] = link.split("#");
    const file = path === "" ? page : join(dirname(page), path);
    if (!existsSync(join(root, file))) return true;
    if (anchor === undefined) return false;
    const target = path === "" ? text : readFileSync(join(root, file), "utf8");
    const headings = [...target.matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      anchorOf(heading),
    );
    return !headings.includes(anchor);
  });
}

/** The Markdown files below a folder, paths from the root. @param {string} folder @returns {string[]} */
function pagesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !name.includes("node_modules"))
    .map((name) => join(folder, name));
}

describe("links of the documentation", () => {
  const packages = readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`);
  const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...packages];
  pages.push(...pagesIn("docs"), "examples/greet/README.md", "bench/README.md");

  it.each(pages)("of %s lead somewhere", (page) => {
    expect(brokenLinks(page, readFileSync(join(root, page), "utf8"))).toEqual([]);
  });

  it("are found where they lead nowhere", () => {
    const text =
      "[a](none.md) [b](README.md#nothing) [c](README.md#packages) [d](https://x.example) # H\n[e](#h)";
    expect(brokenLinks("README.md", text)).toEqual(["none.md", "README.md#nothing", "#h"]);
  });
});
