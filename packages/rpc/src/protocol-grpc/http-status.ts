import type { Code } from "../code.js";
import { codeFromStatus as codeFromConnectStatus } from "../protocol-connect/http-status.js";

/**
 * The code of an HTTP response that carries no `grpc-status`, by gRPC's "HTTP to gRPC Status Code Mapping". Connect took
 * the table over before 431 was in it.
 */
export function codeFromStatus(status: number): Code {
  return status === 431 ? "internal" : codeFromConnectStatus(status);
}
