import { implement } from "@bowline/rpc";
import { afterEach, expect, it, vi } from "vitest";
import { EchoService } from "../../../rpc/src/fixtures/echo-service.js";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The answer to a request that is refused on its headers, while a large body comes. */
async function refusedUpload(userAgent: string): Promise<{ order: string[] }> {
  vi.stubGlobal("navigator", { userAgent });
  vi.resetModules();
  const { createFetchHandler } = await import("./handler.js");
  const order: string[] = [];
  let left = 10;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await new Promise((resolve) => setImmediate(resolve));
        if (left-- > 0) return controller.enqueue(new Uint8Array(1000));
        order.push("request");
        controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  const headers = { "content-type": "text/html" };
  const request = new Request("https://x/test.v1.EchoService/Echo", {
    method: "POST",
    headers,
    body,
    duplex: "half",
  } as RequestInit);
  const { status } = await createFetchHandler([implement(EchoService, { echo: (it) => it })])(
    request,
  );
  order.push(`response ${status}`);
  await vi.waitFor(() => expect(order).toContain("request"));
  return { order };
}

it("answers behind the request in Workers, which close the connection on the rest of it", async () => {
  expect((await refusedUpload("Cloudflare-Workers")).order).toEqual(["request", "response 415"]);
});

it("answers at once elsewhere, and reads the rest of the request all the same", async () => {
  expect((await refusedUpload("Node.js/20")).order).toEqual(["response 415", "request"]);
});
