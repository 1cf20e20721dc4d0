/** The static table, names and values in turn; its first index is 1 (RFC 7541, Appendix A). */
// biome-ignore format: a table
const staticFields: readonly string[] = [
  ":authority", "", ":method", "GET", ":method", "POST", ":path", "/", ":path", "/index.html",
  ":scheme", "http", ":scheme", "https", ":status", "200", ":status", "204", ":status", "206",
  ":status", "304", ":status", "400", ":status", "404", ":status", "500", "accept-charset", "",
  "accept-encoding", "gzip, deflate", "accept-language", "", "accept-ranges", "", "accept", "",
  "access-control-allow-origin", "", "age", "", "allow", "", "authorization", "",
  "cache-control", "", "content-disposition", "", "content-encoding", "", "content-language", "",
  "content-length", "", "content-location", "", "content-range", "", "content-type", "",
  "cookie", "", "date", "", "etag", "", "expect", "", "expires", "", "from", "", "host", "",
  "if-match", "", "if-modified-since", "", "if-none-match", "", "if-range", "",
  "if-unmodified-since", "", "last-modified", "", "link", "", "location", "", "max-forwards", "",
  "proxy-authenticate", "", "proxy-authorization", "", "range", "", "referer", "", "refresh", "",
  "retry-after", "", "server", "", "set-cookie", "", "strict-transport-security", "",
  "transfer-encoding", "", "user-agent", "", "vary", "", "via", "", "www-authenticate", "",
];

export const staticNames: readonly string[] = staticFields.filter((_, at) => at % 2 === 0);
export const staticValues: readonly string[] = staticFields.filter((_, at) => at % 2 === 1);
/** The lengths of name and value together. */
export const staticLengths: readonly number[] = staticNames.map(
  (name, at) => name.length + (staticValues[at] as string).length,
);
/** The number of fields of the static table; the dynamic table begins behind it. */
export const staticCount: number = staticNames.length;

/** What a field takes in a table, or in a header list, beside its octets (RFC 7541, section 4.1; RFC 9113, 6.5.2). */
export const fieldOverhead = 32;
/** The size of a dynamic table that nobody has changed (RFC 9113, section 6.5.2). */
export const defaultTableBytes = 4_096;

/**
 * A dynamic table (RFC 7541, section 2.3.2): the newest field has index 0, the oldest are evicted. A ring, so that
 * nothing moves.
 */
export class DynamicTable {
  /** Bytes that the fields take. */
  size = 0;
  count = 0;
  /** Fields inserted since the beginning: field number `n` has the index `inserted - 1 - n`. */
  inserted = 0;
  #maxSize: number;
  #names: string[] = [];
  #values: string[] = [];
  /** What each field takes: a text's own length costs more to find out than to keep. */
  #sizes: number[] = [];
  #mask = -1;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get maxSize(): number {
    return this.#maxSize;
  }

  /** Changes the size, which may evict fields. */
  resize(maxSize: number): void {
    this.#maxSize = maxSize;
    while (this.size > maxSize) this.#evict();
  }

  /** Adds a field; one that is larger than the table empties it (RFC 7541, section 4.4). */
  insert(
    name: string,
    value: string,
    bytes: number = name.length + value.length + fieldOverhead,
  ): void {
    this.makeRoom(bytes);
    if (bytes > this.#maxSize) return;
    if (this.count > this.#mask) this.#grow();
    const slot = this.inserted++ & this.#mask;
    this.#names[slot] = name;
    this.#values[slot] = value;
    this.#sizes[slot] = bytes;
    this.count++;
    this.size += bytes;
  }

  /** Evicts until a field of that many bytes fits, or the table is empty. */
  makeRoom(bytes: number): void {
    while (this.count > 0 && this.size + bytes > this.#maxSize) this.#evict();
  }

  name(index: number): string {
    return this.#names[(this.inserted - 1 - index) & this.#mask] as string;
  }

  value(index: number): string {
    return this.#values[(this.inserted - 1 - index) & this.#mask] as string;
  }

  /** What a field takes of the table, or of a header list. */
  bytes(index: number): number {
    return this.#sizes[(this.inserted - 1 - index) & this.#mask] as number;
  }

  #evict(): void {
    const index = this.count - 1;
    const slot = (this.inserted - 1 - index) & this.#mask;
    this.size -= this.#sizes[slot] as number;
    this.#names[slot] = "";
    this.#values[slot] = "";
    this.count = index;
  }

  #grow(): void {
    const mask = this.#mask < 0 ? 7 : this.#mask * 2 + 1;
    const names = new Array<string>(mask + 1).fill("");
    const values = new Array<string>(mask + 1).fill("");
    const sizes = new Array<number>(mask + 1).fill(0);
    for (let index = 0; index < this.count; index++) {
      const slot = (this.inserted - 1 - index) & mask;
      names[slot] = this.name(index);
      values[slot] = this.value(index);
      sizes[slot] = this.bytes(index);
    }
    this.#names = names;
    this.#values = values;
    this.#sizes = sizes;
    this.#mask = mask;
  }
}
