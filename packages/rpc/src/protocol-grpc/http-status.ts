/**
 * The code of an HTTP response that carries no `grpc-status`, by gRPC's "HTTP to gRPC Status Code Mapping". Connect took
 * the table over as it is.
 */
export { codeFromStatus } from "../protocol-connect/http-status.js";
