const stagingBytes = 8_192;
/** What must be left for something more to be written. */
const leastRoom = 256;
/** So many exist at a time in the process; whoever comes then does without. */
const mostAtOnce = 512;
/** So many wait for the next stream that wants one. */
const mostSpare = 16;

const spare: Staging[] = [];
let taken = 0;

/** Memory in which the content of one stream comes together until it leaves, as one frame. No view of it is given away. */
export class Staging {
  readonly buffer: Uint8Array = new Uint8Array(stagingBytes);
  /** What is in it: everything before this. */
  at = 0;

  /** An empty one; `undefined` if there are too many. */
  static take(): Staging | undefined {
    if (taken >= mostAtOnce) return undefined;
    taken++;
    return spare.pop() ?? new Staging();
  }

  /**
   * Gives it back. Nobody may write to it afterwards.
   * @param isWritten somebody may: then it is not used again.
   */
  release(isWritten: boolean): void {
    taken--;
    this.at = 0;
    if (!isWritten && spare.length < mostSpare) spare.push(this);
  }

  get hasRoom(): boolean {
    return this.at + leastRoom <= stagingBytes;
  }

  /** Puts bytes behind what there is, if they fit. */
  append(bytes: Uint8Array): boolean {
    const end = this.at + bytes.length;
    if (end > stagingBytes) return false;
    this.buffer.set(bytes, this.at);
    this.at = end;
    return true;
  }
}
