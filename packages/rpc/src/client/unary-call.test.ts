import { afterEach, beforeEach, expect, it } from "vitest";
import { Metadata } from "../metadata.js";
import { RpcError } from "../rpc-error.js";
import { PendingUnaryCall } from "./unary-call.js";

const error = new RpcError("unavailable", "gone");
let reports: unknown[] = [];
let others: NodeJS.UnhandledRejectionListener[] = [];
const report = (reason: unknown) => reports.push(reason);

// The test runner fails a run on unhandled rejections; here they are what is looked at.
beforeEach(() => {
  reports = [];
  others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", report);
});
afterEach(() => {
  process.removeAllListeners("unhandledRejection");
  for (const listener of others) process.on("unhandledRejection", listener);
});

/** Until Node has reported what nobody handled. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

it("reports a failed call that nobody awaits once", async () => {
  new PendingUnaryCall().fail(error);
  await settled();
  expect(reports).toEqual([error]);
});

it("reports it once too where headers and trailers were asked for, and not awaited", async () => {
  const call = new PendingUnaryCall();
  void call.headers;
  void call.trailers;
  call.fail(error);
  void call.headers;
  await settled();
  expect(reports).toEqual([error]);
});

it("reports nothing when the call is awaited, whatever was asked for beside it", async () => {
  const call = new PendingUnaryCall();
  void call.headers;
  const caught = call.catch((each: unknown) => each);
  call.fail(error);
  expect(await caught).toBe(error);
  await settled();
  expect(reports).toEqual([]);
});

it("reports nothing when the failure was seen through headers or trailers alone", async () => {
  const first = new PendingUnaryCall();
  const headers = first.headers.catch((each: unknown) => each);
  first.fail(error);
  expect(await headers).toBe(error);
  const second = new PendingUnaryCall();
  second.fail(error);
  expect(await second.trailers.then(undefined, (each: unknown) => each)).toBe(error);
  await settled();
  expect(reports).toEqual([]);
});

it("reports a call that fails after its headers were awaited with success", async () => {
  const call = new PendingUnaryCall();
  call.receivedHeaders(new Metadata());
  await call.headers;
  call.fail(error);
  await settled();
  expect(reports).toEqual([error]);
});

it("gives the same parts before and after they came", async () => {
  const call = new PendingUnaryCall<number>();
  const headers = new Metadata({ a: "1" });
  const early = call.headers;
  call.receivedHeaders(headers);
  call.receivedTrailers(headers);
  call.succeed(7);
  expect([await early, await call.headers, await call.trailers, await call]).toEqual([
    headers,
    headers,
    headers,
    7,
  ]);
  let finished = 0;
  await call.finally(() => finished++);
  await call.headers.finally(() => finished++);
  expect(finished).toBe(2);
  await settled();
  expect(reports).toEqual([]);
});
