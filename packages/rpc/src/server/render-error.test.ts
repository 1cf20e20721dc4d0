import { expect, it } from "vitest";
import { envelopesOf } from "../fixtures/envelopes.js";
import { RpcError } from "../rpc-error.js";
import { renderError } from "./render-error.js";

const error = new RpcError("unauthenticated", "who are you?");
const render = (contentType: string) =>
  renderError({ headers: { "content-type": contentType } }, error);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

it("says an error as JSON with its status to Connect's unary callers, and to everybody else", () => {
  for (const contentType of ["application/proto", "application/json", "text/html"]) {
    const { status, headers, body } = render(contentType);
    expect(status).toBe(401);
    expect(headers).toEqual([["content-type", "application/json"]]);
    expect(JSON.parse(text(body))).toEqual({ code: "unauthenticated", message: "who are you?" });
  }
  expect(renderError({ headers: {} }, error).status).toBe(401);
});

it("says it as the end of a stream to Connect's streaming callers", () => {
  const { status, headers, body } = render("application/connect+proto");
  expect([status, headers]).toEqual([200, [["content-type", "application/connect+proto"]]]);
  const [end] = envelopesOf(body);
  expect(end?.flags).toBe(2);
  expect(JSON.parse(end?.text as string).error).toEqual({
    code: "unauthenticated",
    message: "who are you?",
  });
});

it("says it in headers to gRPC, and as trailers in the body to gRPC-Web", () => {
  const grpc = render("application/grpc+proto");
  expect(grpc).toMatchObject({ status: 200, body: new Uint8Array() });
  expect(Object.fromEntries(grpc.headers)).toMatchObject({
    "grpc-status": "16",
    "grpc-message": "who are you?",
  });
  const web = render("application/grpc-web+proto");
  expect(envelopesOf(web.body)[0]).toMatchObject({
    flags: 128,
    text: expect.stringContaining("grpc-status: 16"),
  });
});

it("reads headers of any form", () => {
  const grpc = "application/grpc";
  for (const headers of [
    { "Content-Type": grpc },
    [["content-type", grpc]] as const,
    new Headers({ "content-type": grpc }),
    new Map([["content-type", grpc]]),
  ]) {
    expect(renderError({ headers: headers as never }, error).body).toHaveLength(0);
  }
});

it("tells nothing of what is no RpcError", () => {
  const { body } = renderError({ headers: {} }, new Error("secret"));
  expect(JSON.parse(text(body))).toEqual({ code: "internal", message: "internal error" });
});
