import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { HeaderFields } from "@bowline/rpc/internal";
import { Http1ServerStream } from "../http1/server-stream.js";
import { bodyFields, joinedFields } from "./middleware-fields.js";

/** A stream whose response has the headers that middleware set, too. */
export class MountedHttp1Stream extends Http1ServerStream {
  protected override writeHead(
    response: ServerResponse,
    status: number,
    fields: HeaderFields,
  ): void {
    // As a list behind `setHeader`, Node would keep the last of several values of a name.
    const headers: OutgoingHttpHeaders = {};
    for (let i = 0; i + 1 < fields.length; i += 2) {
      const name = (fields[i] as string).toLowerCase();
      const before =
        headers[name] ?? (joinedFields.has(name) ? response.getHeader(name) : undefined);
      const values = before === undefined ? [] : [before].flat().map(String);
      headers[name] = [...values, fields[i + 1] as string];
    }
    for (const name of bodyFields) response.removeHeader(name);
    response.writeHead(status, headers);
  }
}
