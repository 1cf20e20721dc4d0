import { expect, it } from "vitest";
import { runScript } from "../fixtures/run-script.js";
import { builtinCompressions } from "./builtin-compressions.js";

const MiB = 1024 * 1024;

/** Decompresses a bomb of 256 MiB (a thousand times its size) in a process of its own; how much that one grew. */
async function growth(name: string, isBounded: boolean): Promise<number> {
  using script = await runScript(`
    import * as zlib from "node:zlib";
    import { decompressMessage } from "@bowline/rpc/internal";
    import { builtinCompressions } from "../compression/builtin-compressions.js";
    const compression = builtinCompressions().find((each) => each.name === "${name}");
    // The bomb is made piece by piece, so that making it leaves no mark on the peak.
    const stream = { gzip: zlib.createGzip, deflate: zlib.createDeflate, br: () => zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 3 } }), zstd: zlib.createZstdCompress }["${name}"]();
    const pieces = [];
    stream.on("data", (piece) => pieces.push(piece));
    const zeros = Buffer.alloc(65536);
    for (let i = 0; i < 4096; i++) await new Promise((resolve) => stream.write(zeros, resolve));
    await new Promise((resolve) => stream.on("end", resolve).end());
    const bomb = Buffer.concat(pieces);
    const limit = ${isBounded ? MiB : 512 * MiB};
    // One that fits first, so that what the engine itself takes is there already.
    const small = await compression.compress(new Uint8Array(${MiB}));
    await decompressMessage(compression, small, 0, small.length, ${MiB});
    const before = process.resourceUsage().maxRSS;
    let outcome = "none";
    for (let i = 0; i < 5; i++) {
      try {
        outcome = String((await decompressMessage(compression, bomb, 0, bomb.length, limit)).length);
      } catch (error) {
        outcome = error.code;
      }
      if (!${isBounded}) break;
    }
    console.log("bomb", bomb.length, outcome, "grew", process.resourceUsage().maxRSS - before, "KiB;");
  `);
  await script.wrote(";");
  const [, size, outcome, grew] = /bomb (\d+) (\w+) grew (\d+) KiB/.exec(script.output()) ?? [];
  expect(Number(size)).toBeLessThan(300_000);
  expect(outcome).toBe(isBounded ? "resource_exhausted" : String(256 * MiB));
  return Number(grew) * 1024;
}

it.each(builtinCompressions().map((each) => each.name))(
  "a bomb of %s takes memory for the limit and its window, not for what it would become",
  async (name) => {
    expect(await growth(name, true)).toBeLessThan(32 * MiB);
  },
);

it("a bomb takes all of its memory where the limit lets it, so that the test above measures something", async () => {
  expect(await growth("gzip", false)).toBeGreaterThan(200 * MiB);
});
