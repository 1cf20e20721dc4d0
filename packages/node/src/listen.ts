import { lstatSync, unlinkSync } from "node:fs";
import { type AddressInfo, connect, type Server } from "node:net";
import { RpcError } from "@bowline/rpc";
import type { Listener } from "./listener.js";

/** Where a listener of a server is reached. */
export interface ListenerAddress {
  /** From this machine: `http://127.0.0.1:8080`, `https://localhost:8443`, `unix:/run/greeter.sock`. */
  readonly url: string;
  /** `undefined` for a Unix socket. */
  readonly port: number | undefined;
  /** The address that is bound; `undefined` for a Unix socket. */
  readonly host: string | undefined;
  /** `undefined` for a port. */
  readonly path: string | undefined;
}

/**
 * Binds a server. A file that a dead process left where a Unix socket shall be is replaced.
 * @throws RpcError `failed_precondition` with the reason `BOWLINE_PORT_TAKEN` if the port or socket is in use,
 * `BOWLINE_LISTEN` for everything else that keeps it from listening.
 */
export async function listen(server: Server, listener: Listener): Promise<ListenerAddress> {
  const { path, port, host, tls } = listener;
  if (path === undefined) {
    const failure = await bind(server, { port, ...(host === undefined ? {} : { host }) });
    if (failure !== undefined)
      throw cannotListen(failure, `${host ?? "every address"}, port ${port}`);
    const bound = server.address() as AddressInfo;
    const url = urlOf(bound, tls === undefined ? "http" : "https");
    return { url, port: bound.port, host: bound.address, path };
  }
  let failure = await bind(server, { path });
  if (failure?.code === "EADDRINUSE") {
    await removeStale(path, failure);
    failure = await bind(server, { path });
  }
  if (failure !== undefined) throw cannotListen(failure, path);
  return { url: `unix:${path}`, port: undefined, host: undefined, path };
}

function bind(
  server: Server,
  where: { port: number; host?: string } | { path: string },
): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const done = (error?: NodeJS.ErrnoException) => {
      server.off("error", done).off("listening", done);
      resolve(error);
    };
    server.once("error", done).once("listening", done).listen(where);
  });
}

/** Removes the socket of a process that is gone. */
async function removeStale(path: string, inUse: Error): Promise<void> {
  if (!isSocket(path)) {
    throw new RpcError(
      "failed_precondition",
      `cannot listen on ${path}: a file that is no socket is there. Remove it, or choose another path`,
      { cause: inUse, reason: "BOWLINE_LISTEN" },
    );
  }
  if (await answers(path)) throw cannotListen(inUse, path);
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw cannotListen(error as NodeJS.ErrnoException, path);
    }
  }
}

function isSocket(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() ?? true;
}

/** Whether somebody listens; whoever does not refuse counts, for a busy process may not answer. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", ({ code }: NodeJS.ErrnoException) =>
      resolve(code !== "ECONNREFUSED" && code !== "ENOENT"),
    );
  });
}

function urlOf({ address, family, port }: AddressInfo, scheme: string): string {
  if (address === "::" || address === "0.0.0.0") return `${scheme}://localhost:${port}`;
  return `${scheme}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function cannotListen(error: NodeJS.ErrnoException, where: string): RpcError {
  if (error.code === "EADDRINUSE") {
    const text = where.startsWith("/")
      ? "a process listens there. Stop it, or choose another path"
      : "the port is taken. Stop the process that has it, or choose another port (0 takes a free one)";
    return new RpcError("failed_precondition", `cannot listen on ${where}: ${text}`, {
      cause: error,
      reason: "BOWLINE_PORT_TAKEN",
    });
  }
  return new RpcError("failed_precondition", `cannot listen on ${where}: ${reasonOf(error)}`, {
    cause: error,
    reason: "BOWLINE_LISTEN",
  });
}

function reasonOf(error: NodeJS.ErrnoException): string {
  if (error.code === "EACCES") {
    return "this user may not; ports below 1024 usually need more rights, a Unix socket its folder's";
  }
  if (error.code === "EADDRNOTAVAIL") return "this machine does not have that address";
  return error.message;
}
