import { MethodView, MixinView } from "@bowline/protobuf/wkt";
import { expect, it } from "vitest";
import { EchoService, Method } from "../fixtures/echo-service.js";
import { fakeServer } from "../fixtures/fake-server-stream.js";
import { encoded } from "./encoded.js";
import { implement } from "./implement.js";

const bytes = Method.encode({ name: "a", requestStreaming: true });

async function answersOf(handler: () => unknown) {
  const seen: unknown[] = [];
  const service = implement(EchoService, { echo: handler as never });
  const call = fakeServer([service], { onError: (error) => seen.push((error as Error).message) });
  const binary = await call({ headers: { "content-type": "application/proto" }, body: "" }).answer;
  const json = await call({ headers: { "content-type": "application/json" }, body: "{}" }).answer;
  return { binary: binary.body, json: json.text, status: binary.status, seen };
}

it.each([
  ["a literal", () => ({ name: "a", requestStreaming: true })],
  ["a message", () => Method.decode(bytes)],
  ["a view", () => MethodView.decode(bytes)],
  ["encoded bytes", () => encoded(bytes)],
])("sends %s, in binary as it is and in JSON transcoded", async (_, handler) => {
  const { binary, json } = await answersOf(handler);
  expect([...binary]).toEqual([...bytes]);
  expect(JSON.parse(json)).toEqual({ name: "a", requestStreaming: true });
});

it("refuses a misspelt field, a view of another message and bytes without encoded()", async () => {
  expect((await answersOf(() => ({ nane: "a" }))).seen[0]).toMatch(/no field "nane"/);
  expect((await answersOf(() => MixinView.decode(new Uint8Array()))).seen[0]).toBe(
    "a view of google.protobuf.Mixin is not a google.protobuf.Method",
  );
  expect((await answersOf(() => bytes)).status).toBe(500);
  expect(() => encoded("abc" as never)).toThrow(/takes a Uint8Array/);
});

it("hands a handler the view that it asked for, from binary and from JSON", async () => {
  const service = implement(
    EchoService,
    { echo: (view) => ({ name: `${MethodView.is(view)} ${view.name}` }) },
    { request: { echo: MethodView } },
  );
  const call = fakeServer([service]);
  const binary = await call({ headers: { "content-type": "application/proto" }, body: bytes })
    .answer;
  expect(Method.decode(binary.body).name).toBe("true a");
  const json = await call({ headers: { "content-type": "application/json" }, body: '{"name":"b"}' })
    .answer;
  expect(JSON.parse(json.text)).toEqual({ name: "true b" });
});

it("gives a handler a view that reads the same past an await and past its call", async () => {
  const kept: MethodView[] = [];
  const service = implement(
    EchoService,
    {
      async echo(view) {
        kept.push(view);
        await null;
        return { name: view.name };
      },
    },
    { request: [MethodView] },
  );
  const call = fakeServer([service]);
  for (const name of ["one", "two", "three"]) {
    const body = Method.encode({ name });
    await call({ headers: { "content-type": "application/proto" }, body }).answer;
  }
  expect(kept.map(({ name }) => name)).toEqual(["one", "two", "three"]);
});
