/** The runner's question to a server: which one to start; and the answer, where it listens. */
import {
  ServerCompatRequest,
  ServerCompatResponse,
} from "../gen/connectrpc/conformance/v1/server_compat.pb.js";
import { readFrames, writeFrame } from "../wire/frames.js";

/** Reads the one request on stdin. */
export async function readServerRequest(): Promise<ServerCompatRequest> {
  for await (const frame of readFrames(process.stdin)) return ServerCompatRequest.decode(frame);
  throw new Error("there is no request on stdin");
}

/** Says where the server listens. */
export function writeServerResponse(port: number): void {
  writeFrame(process.stdout, ServerCompatResponse.encode({ host: "127.0.0.1", port }));
}
