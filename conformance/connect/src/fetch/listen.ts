/** Listens with what the runtime has: `Bun.serve`, `Deno.serve`, or `node:http` and a bridge. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { bridge } from "./bridge.js";

type Handler = (request: Request) => Promise<Response>;

interface BunRuntime {
  readonly version: string;
  serve(options: { hostname: string; port: number; fetch: Handler }): { readonly port: number };
}

interface DenoRuntime {
  readonly version: { readonly deno: string };
  serve(
    options: { hostname: string; port: number; onListen(): void },
    handler: Handler,
  ): { readonly addr: { readonly port: number } };
}

const { Bun: bun, Deno: deno } = globalThis as { Bun?: BunRuntime; Deno?: DenoRuntime };

/** The runtime with its version. */
export const runtime: string =
  bun !== undefined
    ? `bun ${bun.version}`
    : deno !== undefined
      ? `deno ${deno.version.deno}`
      : `node ${process.version}`;

/** Serves a handler on a port of the loopback interface; returns the port. */
export async function listen(handler: Handler): Promise<number> {
  const address = { hostname: "127.0.0.1", port: 0 };
  if (bun !== undefined) return bun.serve({ ...address, fetch: handler }).port;
  if (deno !== undefined) return deno.serve({ ...address, onListen() {} }, handler).addr.port;
  const server = createServer(bridge(handler));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
