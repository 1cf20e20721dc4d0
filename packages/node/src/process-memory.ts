import { getHeapStatistics } from "node:v8";
import { MemoryPool, ReplyPool } from "@bowline/http2";

/** Bytes that the messages of which a part has come may take in the process, where a quarter of the heap is not less. */
export const processPartialMessageBytes: number = 512 * 1_048_576;
/** Bytes of replies that peers have not taken, with the same exception. */
export const processQueuedReplyBytes: number = 512 * 1_048_576;

/** The account that all servers and channels of the process with the same limit share. */
export const poolOf: (limit: number) => MemoryPool = accounts(
  processPartialMessageBytes,
  (limit) => new MemoryPool(limit),
);

/** The account of replies that all servers of the process with the same limit share. */
export const repliesOf: (limit: number) => ReplyPool = accounts(
  processQueuedReplyBytes,
  (limit) => new ReplyPool(limit),
);

/** One account for each limit; that of the default is bounded by the heap, too. */
function accounts<T extends object>(
  usual: number,
  make: (limit: number) => T,
): (limit: number) => T {
  const usualAccount = make(Math.min(usual, getHeapStatistics().heap_size_limit / 4));
  const others = new Map<number, WeakRef<T>>();
  return (limit) => {
    if (limit === usual) return usualAccount;
    const known = others.get(limit)?.deref();
    if (known !== undefined) return known;
    const account = make(limit);
    others.set(limit, new WeakRef(account));
    return account;
  };
}
