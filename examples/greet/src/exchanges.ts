import { inspect } from "node:util";
import type { Exchange } from "./exchange.js";

/** What the demo calls, in order. */
export const exchanges: readonly Exchange[] = [
  {
    title: "1. Connect, unary, binary",
    protocol: "connect",
    code: `await client.greet({ name: "Ada" })`,
    run: async (client) => show(await client.greet({ name: "Ada" })),
  },
  {
    title: "2. Connect, unary, JSON",
    protocol: "connect",
    json: true,
    code: `await client.greet({ name: "Grace" })`,
    run: async (client) => show(await client.greet({ name: "Grace" })),
  },
  {
    title: "3. Connect, unary, by GET: a cache understands it",
    protocol: "connect",
    json: true,
    get: true,
    code: `await client.greet({ name: "Lin" })`,
    run: async (client) => show(await client.greet({ name: "Lin" })),
  },
  {
    title: "4. gRPC, unary",
    protocol: "grpc",
    code: `await client.greet({ name: "Ada" })`,
    run: async (client) => show(await client.greet({ name: "Ada" })),
  },
  {
    title: "5. gRPC-Web, unary",
    protocol: "grpc-web",
    code: `await client.greet({ name: "Ada" })`,
    run: async (client) => show(await client.greet({ name: "Ada" })),
  },
  {
    title: "6. Connect, server streaming, JSON",
    protocol: "connect",
    json: true,
    code: "for await (const { left } of client.countdown({ from: 3 })) …",
    async run(client) {
      const seen: unknown[] = [];
      for await (const { left } of client.countdown({ from: 3 })) seen.push(left);
      return seen.join(", ");
    },
  },
  {
    title: "7. gRPC, client streaming",
    protocol: "grpc",
    code: "await client.sum([{ number: 20 }, { number: 22 }])",
    run: async (client) => show(await client.sum([{ number: 20 }, { number: 22 }])),
  },
  {
    title: "8. gRPC, bidirectional: each line is answered before the next is sent",
    protocol: "grpc",
    code: `const chat = client.chat(); chat.send({ text: "Ahoy" }); …`,
    async run(client) {
      const chat = client.chat();
      const answers: unknown[] = [];
      await chat.send({ text: "Ahoy" });
      for await (const { text } of chat) {
        if (answers.push(text) === 1) await chat.send({ text: "Farewell" });
        else chat.closeSend();
      }
      return answers.join(" / ");
    },
  },
  {
    title: "9. A call that the handler refuses, over Connect",
    protocol: "connect",
    code: `await client.greet({ name: "" })`,
    run: async (client) => show(await client.greet({ name: "" })),
  },
  {
    title: "10. The same over gRPC",
    protocol: "grpc",
    code: `await client.greet({ name: "" })`,
    run: async (client) => show(await client.greet({ name: "" })),
  },
];

/** A message without the name of its type. */
function show(message: object): string {
  return inspect({ ...message });
}
