import type { Code } from "../code.js";
import { codeFromStatus as codeFromConnectStatus } from "../protocol-connect/http-status.js";

/**
 * The code of an HTTP response that carries no `grpc-status`, by the table that gRPC and Connect share. gRPC's has 431 as
 * `internal` of late; ConnectRPC's conformance suite wants what it was before, `unknown`, over gRPC, too.
 */
export function codeFromStatus(status: number): Code {
  return codeFromConnectStatus(status);
}
