import { createRegistry, type DescService } from "@bowline/protobuf/reflect";
import { FileDescriptorSet, type MethodDescriptorProtoInit } from "@bowline/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { createTransportChannel } from "./client/channel.js";
import { createClient } from "./client/create-client.js";
import { dynamicService, methodsOfKind } from "./dynamic-service.js";
import { FakeTransport } from "./fixtures/fake-transport.js";
import { implement } from "./server/implement.js";

const label = { optional: 1, repeated: 3 } as const;
const type = { int32: 5, string: 9 } as const;

function registryWith(methods: readonly MethodDescriptorProtoInit[], name = "Tool") {
  const field = (fieldName: string, number: number, fieldType: 5 | 9, fieldLabel: 1 | 3) => ({
    name: fieldName,
    number,
    type: fieldType,
    label: fieldLabel,
  });
  const set = FileDescriptorSet.create({
    file: [
      {
        name: "tool.proto",
        package: "tool.v1",
        syntax: "proto3",
        messageType: [
          { name: "Request", field: [field("user_name", 1, type.string, label.optional)] },
          { name: "Response", field: [field("counts", 1, type.int32, label.repeated)] },
        ],
        service: [{ name: "Other" }, { name, method: [...methods] }],
      },
    ],
  });
  const registry = createRegistry(FileDescriptorSet.encode(set));
  return { registry, desc: registry.service(`tool.v1.${name}`) as DescService };
}

const messages = { inputType: ".tool.v1.Request", outputType: ".tool.v1.Response" };
const every: MethodDescriptorProtoInit[] = [
  { name: "Get", ...messages, options: { idempotencyLevel: 1 } },
  { name: "Put", ...messages, options: { idempotencyLevel: 2 } },
  { name: "Watch", ...messages, serverStreaming: true },
  { name: "Upload", ...messages, clientStreaming: true },
  { name: "Chat", ...messages, clientStreaming: true, serverStreaming: true },
  { name: "then", ...messages },
];

describe("a service made of a descriptor", () => {
  const { registry, desc } = registryWith(every);
  const service = dynamicService(desc, registry);

  it("has the kinds, paths and idempotency of its methods", () => {
    expect(service.typeName).toBe("tool.v1.Tool");
    const rows = Object.entries(service.methods).map(([key, method]) => {
      expect([method.localName, method.service]).toEqual([key, service]);
      return [key, method.name, method.kind, method.idempotency, method.path];
    });
    expect(rows).toEqual([
      ["get", "Get", "unary", "no_side_effects", "/tool.v1.Tool/Get"],
      ["put", "Put", "unary", "idempotent", "/tool.v1.Tool/Put"],
      ["watch", "Watch", "server_streaming", "unknown", "/tool.v1.Tool/Watch"],
      ["upload", "Upload", "client_streaming", "unknown", "/tool.v1.Tool/Upload"],
      ["chat", "Chat", "bidi", "unknown", "/tool.v1.Tool/Chat"],
      ["then$", "then", "unary", "unknown", "/tool.v1.Tool/then"],
    ]);
  });

  it("has the descriptors that it was made of", () => {
    expect(service.desc).toBe(desc);
    expect(service.methods.get?.desc).toBe(desc.methods[0]);
  });

  it("encodes and decodes by its types", () => {
    const { input, output } = service.methods.get ?? expect.fail("no method");
    const bytes = input.encode({ userName: "é" });
    expect([...bytes]).toEqual([0x0a, 2, 0xc3, 0xa9]);
    expect(input.decode(bytes)).toEqual({ userName: "é" });
    expect(output.decode(output.encode({ counts: [1, 2] }))).toEqual({ counts: [1, 2] });
    expect(() => input.encode({ name: "a" })).toThrow(/name/);
  });

  it("is called by a client", async () => {
    const transport = new FakeTransport();
    const channel = createTransportChannel("http://tool:80", transport, {});
    const { put } = createClient(methodsOfKind(service, "unary"), channel);
    const call = put?.({ userName: "é" });
    expect(transport.last.head.path).toBe("/tool.v1.Tool/Put");
    expect([...transport.last.body.toBytes()]).toEqual([0x0a, 2, 0xc3, 0xa9]);
    const fields = ["content-type", "application/proto"];
    transport.last.answer(200, fields, Uint8Array.of(0x0a, 2, 1, 2));
    expect(await call).toEqual({ counts: [1, 2] });
  });

  it("is served by handlers", () => {
    const unary = methodsOfKind(service, "unary");
    expect(Object.keys(unary.methods)).toEqual(["get", "put", "then$"]);
    expect(Object.keys(methodsOfKind(service, "bidi").methods)).toEqual(["chat"]);
    const implementation = implement(unary, { get: ({ userName }) => ({ counts: [userName] }) });
    expect(implementation.handlers.has("get")).toBe(true);
    expect(implementation.service.typeName).toBe("tool.v1.Tool");
  });
});

it("names the type that the registry lacks, and the method that needs it", () => {
  const { desc } = registryWith(every);
  expect(() => dynamicService(desc, createRegistry())).toThrow(
    /no type tool\.v1\.Request, which tool\.v1\.Tool\.Get needs/,
  );
});

it("refuses methods that have one name in clients, by both their names", () => {
  const { desc, registry } = registryWith([
    { name: "Get", ...messages },
    { name: "get", ...messages },
  ]);
  expect(() => dynamicService(desc, registry)).toThrow(/Get and get/);
});

it("keeps method names that objects inherit as names", () => {
  const names = ["__proto__", "Constructor", "ToString", "HasOwnProperty"];
  const { desc, registry } = registryWith(names.map((name) => ({ name, ...messages })));
  const service = dynamicService(desc, registry);
  expect(Object.values(service.methods).map((method) => method.path)).toEqual(
    names.map((name) => `/tool.v1.Tool/${name}`),
  );
  expect(Object.getPrototypeOf(service.methods)).toBe(Object.prototype);
});
