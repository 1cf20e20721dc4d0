/** Requests that are sent one by one, as an iterable. */
export class Outbox {
  #messages = [];
  #ended = false;
  #wake = () => {};

  push(message) {
    this.#messages.push(message);
    this.#wake();
  }

  end() {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      while (this.#messages.length > 0) yield this.#messages.shift();
      if (this.#ended) return;
      await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
