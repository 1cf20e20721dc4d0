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
/** The number of fields of the static table; the dynamic table begins behind it. */
export const staticCount: number = staticNames.length;

/** What a field takes in a table, or in a header list, beside its octets (RFC 7541, section 4.1; RFC 9113, 6.5.2). */
export const fieldOverhead = 32;
/** The size of a dynamic table that nobody has changed (RFC 9113, section 6.5.2). */
export const defaultTableBytes = 4_096;

/**
 * A dynamic table (RFC 7541, section 2.3.2): the newest entry has index 0, the oldest are evicted. A ring, so that nothing
 * moves. What an entry is, is its owner's: a decoder needs the fields, an encoder their order alone.
 */
export class DynamicTable<T> {
  /** Bytes that the entries take. */
  size = 0;
  count = 0;
  /** Entries since the beginning: number `n` has the index `inserted - 1 - n`. */
  inserted = 0;
  #maxSize: number;
  #entries: (T | undefined)[] = [];
  /** What each entry takes. */
  #sizes: number[] = [];
  #mask = -1;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  get maxSize(): number {
    return this.#maxSize;
  }

  /** Changes the size, which may evict entries. */
  resize(maxSize: number): void {
    this.#maxSize = maxSize;
    while (this.size > maxSize) this.#evict();
  }

  /** Adds an entry of that many bytes; one that is larger than the table empties it (RFC 7541, section 4.4). */
  insert(entry: T, bytes: number): void {
    this.makeRoom(bytes);
    if (bytes > this.#maxSize) return;
    if (this.count > this.#mask) this.#grow();
    const slot = this.inserted++ & this.#mask;
    this.#entries[slot] = entry;
    this.#sizes[slot] = bytes;
    this.count++;
    this.size += bytes;
  }

  /** Evicts until an entry of that many bytes fits, or the table is empty. */
  makeRoom(bytes: number): void {
    while (this.count > 0 && this.size + bytes > this.#maxSize) this.#evict();
  }

  /** The entry at an index below `count`. */
  entry(index: number): T {
    return this.#entries[(this.inserted - 1 - index) & this.#mask] as T;
  }

  #evict(): void {
    const index = this.count - 1;
    const slot = (this.inserted - 1 - index) & this.#mask;
    this.size -= this.#sizes[slot] as number;
    this.#entries[slot] = undefined;
    this.count = index;
  }

  #grow(): void {
    const mask = this.#mask < 0 ? 7 : this.#mask * 2 + 1;
    const entries = new Array<T | undefined>(mask + 1).fill(undefined);
    const sizes = new Array<number>(mask + 1).fill(0);
    for (let index = 0; index < this.count; index++) {
      const number = this.inserted - 1 - index;
      entries[number & mask] = this.#entries[number & this.#mask];
      sizes[number & mask] = this.#sizes[number & this.#mask] as number;
    }
    this.#entries = entries;
    this.#sizes = sizes;
    this.#mask = mask;
  }
}
