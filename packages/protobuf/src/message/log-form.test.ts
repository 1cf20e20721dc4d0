import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { everything, secretive } from "../fixtures/arbitrary.js";
import { Empty, Everything, Secret } from "../fixtures/gen/test/ops.pb.js";
import { Any, anyPack } from "../wkt/index.js";
import { inspectForm, logForm } from "./log-form.js";

describe("logForm", () => {
  test("is what JSON.stringify shows", () => {
    const message = Everything.create({
      name: "Ada",
      ratio: Number.NaN,
      big: 2n ** 60n,
      data: Uint8Array.of(1, 2, 3),
      color: 1,
      inner: { tags: ["x"] },
      numbers: [1, 2],
      counts: { a: 1 },
      byId: [[9007199254740993n, {}]],
      choice: { case: "message", value: { label: "l" } },
      nickname: "n",
      attributes: { deep: [null, { x: true }] },
    });
    expect(JSON.parse(JSON.stringify(message))).toEqual({
      name: "Ada",
      count: 0,
      ratio: "NaN",
      big: "1152921504606846976",
      numberBig: 0,
      data: "AQID",
      color: 1,
      inner: { label: "", tags: ["x"], value: 0 },
      numbers: [1, 2],
      inners: [],
      counts: { a: 1 },
      byId: { "9007199254740993": { label: "", tags: [], value: 0 } },
      choice: { case: "message", value: { label: "l", tags: [], value: 0 } },
      nickname: "n",
      attributes: { deep: [null, { x: true }] },
      chunks: [],
      flag: false,
    });
    expect(JSON.stringify({ ...Empty.create(), e: Empty.create() })).toBe('{"e":{}}');
  });

  test("fields with debug_redact never show, wherever they are", () => {
    const message = Secret.create({
      user: "ada",
      password: "hunter2",
      keys: ["hunter2"],
      headers: { hunter2: "hunter2" },
      credential: { case: "token", value: "hunter2" },
      hidden: { user: "hunter2" },
    });
    expect(logForm(Secret, message)).toEqual({
      user: "ada",
      password: "[redacted]",
      keys: "[redacted]",
      headers: "[redacted]",
      credential: { case: "token", value: "[redacted]" },
      others: {},
      hidden: "[redacted]",
    });
    fc.assert(
      fc.property(secretive("hunter2"), (init) => {
        const secret = Secret.create(init);
        expect(JSON.stringify(secret) + inspect(secret, { depth: 20 })).not.toContain("hunter2");
      }),
      { numRuns: 100, seed: 6 },
    );
  });

  test("the payload of an Any shows its size and nothing else", () => {
    const any = anyPack(Secret, Secret.create({ password: "hunter2" }));
    const hidden = { typeUrl: "type.googleapis.com/test.ops.Secret", value: "[9 bytes]" };
    expect(logForm(Any, any)).toEqual(hidden);
    expect(inspect(any)).toContain("[9 bytes]");
    Object.assign(any, { value: "hunter2" });
    expect(JSON.stringify(any)).not.toContain("hunter2");
  });

  test("a case that the schema does not have shows no value", () => {
    const message = Secret.create();
    Object.assign(message, { credential: { case: "tokn", value: "hunter2" } });
    expect(JSON.stringify(message)).not.toContain("hunter2");
  });

  test("map keys named __proto__ are keys", () => {
    const counts = JSON.parse(
      JSON.stringify(Everything.create({ counts: [["__proto__", 1]] })),
    ).counts;
    expect(Object.keys(counts)).toEqual(["__proto__"]);
    const attributes = JSON.parse('{"__proto__": {"polluted": 1}}') as {
      [key: string]: { polluted: number };
    };
    const form = logForm(Everything, Everything.create({ attributes })) as { attributes: object };
    expect(Object.keys(form.attributes)).toEqual(["__proto__"]);
    expect("polluted" in form.attributes).toBe(false);
  });

  test("messages that contain themselves, and deep ones, are cut", () => {
    const message = Everything.create({ inner: {} });
    (message.inner as { parent: unknown }).parent = message;
    expect(logForm(Everything, message)).toMatchObject({ inner: { parent: "[circular]" } });
    let deep = Everything.create();
    for (let i = 0; i < 10_000; i++) {
      const parent = Everything.create({ inner: {} });
      (parent.inner as { parent: unknown }).parent = deep;
      deep = parent;
    }
    expect(JSON.stringify(deep)).toContain("[…]");
    expect(inspect(deep, { depth: null })).toContain("[…]");
  });

  test("large and branching messages are cut, in bounded time", () => {
    const form = JSON.stringify(Everything.create({ numbers: new Array(1_000_000).fill(1) }));
    expect(form.length).toBeLessThan(500_000);
    let message = Everything.create();
    for (let i = 0; i < 45; i++) {
      const parent = Everything.create({ inner: {}, group: {} });
      (parent.inner as { parent: unknown }).parent = message;
      (parent.group as { parent: unknown }).parent = message;
      message = parent;
    }
    expect(JSON.stringify(message).length).toBeLessThan(50_000_000);
  });

  test("never throws, whatever the message holds", () => {
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error("trap");
        },
        ownKeys: () => {
          throw new Error("trap");
        },
      },
    );
    const hostile = [
      trap,
      Symbol("s"),
      () => 0,
      5n,
      null,
      "x",
      -0,
      [trap],
      { case: trap, value: trap },
      new Map([[trap, trap]]),
      new Date(Number.NaN),
      { toString: null },
      Object.create(null),
      {
        get case() {
          throw new Error("case");
        },
      },
      new Uint8Array(3),
      NaN,
    ];
    const names = Everything.desc.members.map((member) => member.localName);
    for (const name of names) {
      for (const value of hostile) {
        const message = Everything.create();
        Object.defineProperty(message, name, { value, enumerable: true });
        expect(() => JSON.stringify(message)).not.toThrow();
        expect(() => inspect(message)).not.toThrow();
      }
    }
    for (const value of hostile)
      expect(() => JSON.stringify(logForm(Everything, value))).not.toThrow();
  });

  test("is plain JSON for every message", () => {
    fc.assert(
      fc.property(everything(), (init) => {
        const form = logForm(Everything, Everything.create(init));
        // −0 has no place in JSON text
        expect(JSON.stringify(JSON.parse(JSON.stringify(form)))).toEqual(JSON.stringify(form));
        expect(JSON.stringify(Everything.create(init))).toEqual(JSON.stringify(form));
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});

describe("util.inspect", () => {
  test("prints the type name and the log form, as it prints plain objects", () => {
    expect(inspect(Secret.create({ user: "Ada" }), { breakLength: 200 })).toBe(
      "test.ops.Secret { user: 'Ada', keys: '[redacted]', headers: '[redacted]', others: {} }",
    );
    expect(inspect(Empty.create())).toBe("test.ops.Empty {}");
    expect(inspect([Empty.create()])).toBe("[ test.ops.Empty {} ]");
  });

  test("escapes control characters and cuts long lists", () => {
    const text = inspect(
      Everything.create({ name: "a\n\u001b[31m", numbers: new Array(150).fill(1) }),
    );
    expect(text).toContain("name: 'a\\n\\x1B[31m'");
    expect(text).toContain("... 50 more items");
  });

  test("goes as deep as it was asked to", () => {
    const message = Secret.create({ others: { a: { others: { b: { user: "deep" } } } } });
    expect(inspect(message, { depth: 1 })).toContain("[Object]");
    expect(inspect(message, { depth: 1 })).not.toContain("deep");
    expect(inspect(message, { depth: 9 })).toContain("deep");
    expect(inspect({ a: { b: { c: message } } }, { depth: 2 })).toContain("[test.ops.Secret]");
  });

  test("outside Node the form is JSON", () => {
    expect(inspectForm(Empty, Empty.create())).toBe("test.ops.Empty {}");
    expect(inspectForm(Secret, Secret.create({ user: "Ada" }), 2)).toContain('{"user":"Ada"');
  });
});
