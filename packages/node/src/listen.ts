import type { AddressInfo, Server } from "node:net";
import { RpcError } from "@bowline/rpc";

/**
 * Binds a server.
 * @throws RpcError `failed_precondition` with the reason `BOWLINE_PORT_TAKEN` if the port is in use, `BOWLINE_LISTEN`
 * for everything else that keeps it from listening.
 */
export function listen(
  server: Server,
  port: number,
  host: string | undefined,
): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => reject(cannotListen(error, port, host));
    server.once("error", failed);
    server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      server.off("error", failed);
      resolve(server.address() as AddressInfo);
    });
  });
}

/** The URL that reaches a bound server from this machine. */
export function urlOf({ address, family, port }: AddressInfo): string {
  if (address === "::" || address === "0.0.0.0") return `http://localhost:${port}`;
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function cannotListen(
  error: NodeJS.ErrnoException,
  port: number,
  host: string | undefined,
): RpcError {
  const where = `${host ?? "every address"}, port ${port}`;
  if (error.code === "EADDRINUSE") {
    return new RpcError(
      "failed_precondition",
      `cannot listen on ${where}: the port is taken. Stop the process that has it, or choose another port (0 takes a free one)`,
      { cause: error, reason: "BOWLINE_PORT_TAKEN" },
    );
  }
  const why =
    error.code === "EACCES"
      ? "this user may not; ports below 1024 usually need more rights"
      : error.code === "EADDRNOTAVAIL"
        ? "this machine does not have that address"
        : error.message;
  return new RpcError("failed_precondition", `cannot listen on ${where}: ${why}`, {
    cause: error,
    reason: "BOWLINE_LISTEN",
  });
}
