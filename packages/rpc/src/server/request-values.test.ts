import { expect, it } from "vitest";
import { binaryCodec } from "../codec.js";
import { ContextValues, createContextKey } from "../context.js";
import { EchoService } from "../fixtures/echo-service.js";
import { FakeServerStream } from "../fixtures/fake-server-stream.js";
import { jsonCodec } from "../json.js";
import { implement } from "./implement.js";
import { createRequestHandler } from "./request-handler.js";

const user = createContextKey("user", "nobody");

it.each(["application/json", "application/grpc-web-text+json"])(
  "values that a request came with reach the gate, interceptors and the handler, as %s",
  async (contentType) => {
    const seen: string[] = [];
    const accept = createRequestHandler({
      services: [
        implement(EchoService, {
          echo: (request, call) => {
            seen.push(`handler ${call.values.get(user)}`);
            return request;
          },
        }),
      ],
      codecs: [binaryCodec, jsonCodec],
      cors: { origins: ["https://app.example.com"] },
      gate: (call) => {
        seen.push(`gate ${call.values.get(user)}`);
      },
      interceptors: [
        (next) => async (call) => {
          seen.push(`interceptor ${call.values.get(user)}`);
          return next(call);
        },
      ],
    });
    const headers = { "content-type": contentType };
    const stream = new FakeServerStream("POST", "/test.v1.EchoService/Echo", headers);
    const values = new ContextValues().set(user, "Ada");
    const receiver = accept(Object.assign(stream, { values }));
    const body = new TextEncoder().encode(contentType.includes("grpc") ? "AAAAAAJ7fQ==" : "{}");
    receiver?.data(body, 0, body.length);
    receiver?.end();
    expect((await stream.answer).status).toBe(200);
    expect(seen).toEqual(["gate Ada", "interceptor Ada", "handler Ada"]);
  },
);
