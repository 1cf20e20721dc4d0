/** A call that a {@link CallList} holds; the links are the list's. */
export interface ListedCall {
  list: CallList | undefined;
  before: ListedCall | undefined;
  behind: ListedCall | undefined;
}

/** The calls that are under way. It is linked through the calls themselves: joining and leaving allocate nothing. */
export class CallList<C extends ListedCall = ListedCall> implements Iterable<C> {
  #first: ListedCall | undefined;

  add(call: C): void {
    const first = this.#first;
    call.list = this as unknown as CallList;
    call.behind = first;
    if (first !== undefined) first.before = call;
    this.#first = call;
  }

  /** Does nothing for a call that has left. */
  remove(call: C): void {
    if (call.list !== (this as unknown as CallList)) return;
    const { before, behind } = call;
    if (before === undefined) this.#first = behind;
    else before.behind = behind;
    if (behind !== undefined) behind.before = before;
    call.list = call.before = call.behind = undefined;
  }

  /** Calls may leave while they are iterated over. */
  *[Symbol.iterator](): IterableIterator<C> {
    let call = this.#first;
    while (call !== undefined) {
      const next: ListedCall | undefined = call.behind;
      yield call as C;
      call = next;
    }
  }
}
