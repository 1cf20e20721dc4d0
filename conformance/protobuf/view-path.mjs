/**
 * Messages read and written through views. What comes in as bytes is read and written from the view alone: a counter in
 * every eager decoder shows that none of them read it.
 */

const codecSymbol = Symbol.for("bowline.protobuf.codec");

/** The view types of generated modules, by the name of their message. */
export function viewsOf(modules) {
  const all = modules.flatMap((module) => Object.values(module));
  const views = all.filter((value) => typeof value?.message?.typeName === "string");
  return new Map(views.map((view) => [view.typeName, view]));
}

/** Which bytes the eager decoders were given since the last look: where in memory they begin and end. */
const read = [];

/** Makes the eager decoder of a type tell what it reads: where others call it, and where generated code does. */
export function watch(type) {
  const codec = type[codecSymbol];
  const { messageClass } = codec;
  const own = messageClass.read;
  const watched = (b, p, e, ...rest) => {
    read.push({ buffer: b.buffer, start: b.byteOffset + p, end: b.byteOffset + e });
    return own.call(messageClass, b, p, e, ...rest);
  };
  messageClass.read = watched;
  codec.read = watched;
  // the counter counts
  type.decode(new Uint8Array(0), { allowPartial: true });
  if (read.length !== 1) throw new Error(`the decoder of ${type.typeName} is not watched`);
  read.length = 0;
}

/** Throws if an eager decoder was given bytes that `isWrong` says it must not have. */
function nothingRead(isWrong, what) {
  const wrong = read.filter(isWrong).length;
  read.length = 0;
  if (wrong > 0) throw new Error(`${what} called the eager decoder ${wrong} times`);
}

/** A view of some bytes, all of it read. */
export function decodeView(viewType, bytes, validate) {
  read.length = 0;
  const view = viewType.decode(bytes, { validate });
  viewType.encode(view, { deterministic: true, allowPartial: true });
  nothingRead(() => true, "reading a view");
  const same = Buffer.from(viewType.encode(view)).equals(bytes);
  if (!same) throw new Error("a view that nobody changed is not written as its own bytes");
  return view;
}

/** Writes a view. What an `Any` or an extension holds is decoded for that, but not the view's own bytes. */
export function writeView(view, write) {
  const own = view.$bytes;
  read.length = 0;
  const written = write();
  const isOwn = ({ buffer, start, end }) =>
    buffer === own.buffer && start === own.byteOffset && end === own.byteOffset + own.length;
  if (own.length > 0) nothingRead(isOwn, "writing a view");
  return written;
}
