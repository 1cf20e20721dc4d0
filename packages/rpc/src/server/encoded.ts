/** A response that is encoded already: what `encoded(bytes)` makes. */
export class EncodedMessage {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/**
 * A response in protobuf's binary form, sent as it is: from a cache, from another service. It is not checked, and not
 * written to until it has left. A caller that speaks another codec gets it transcoded, which decodes it.
 */
export function encoded(bytes: Uint8Array): EncodedMessage {
  if (bytes instanceof Uint8Array) return new EncodedMessage(bytes);
  throw new TypeError("encoded() takes a Uint8Array: the message in protobuf's binary form");
}
