import type { HeaderFields } from "../metadata.js";
import type { RequestHead } from "../transport/client-stream.js";

/** The head of a POST, whose fields are put together only for transports that want them so. */
export class CallHead implements RequestHead {
  readonly method = "POST";
  readonly path: string;
  readonly shared: HeaderFields | undefined;
  readonly own: HeaderFields;
  readonly isWhole: boolean;
  readonly requiresHttp2: boolean;

  constructor(
    path: string,
    shared: HeaderFields | undefined,
    own: HeaderFields,
    isWhole: boolean,
    requiresHttp2: boolean,
  ) {
    this.path = path;
    this.shared = shared;
    this.own = own;
    this.isWhole = isWhole;
    this.requiresHttp2 = requiresHttp2;
  }

  get headers(): HeaderFields {
    if (this.shared === undefined) return this.own;
    return this.own.length === 0 ? this.shared : [...this.shared, ...this.own];
  }
}

/** Fields of requests that have none of their own. */
export const noFields: HeaderFields = [];
