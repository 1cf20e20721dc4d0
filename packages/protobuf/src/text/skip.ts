import { tooMuch } from "../json/failure.js";
import { bracketedName } from "./bracketed-name.js";
import { isEnd, openMessage, separator } from "./read-message.js";
import { minus, numeral } from "./read-number.js";
import { literals } from "./string-literal.js";
import {
  descend,
  identifier,
  isLetter,
  peek,
  punctuation,
  type Reader,
  take,
  unexpected,
} from "./tokenizer.js";

/** Passes over the name of a field: an identifier, a name in brackets, or a number. */
export function skipName(r: Reader): void {
  const c = peek(r);
  if (take(r, 91)) bracketedName(r);
  else if (c >= 48 && c <= 57) numeral(r);
  else identifier(r, "a field name");
}

/** Passes over what stands behind the name of a field that nobody asked for; it still has to be a value. */
export function skipValue(r: Reader): void {
  const isScalar = take(r, 58);
  if (peek(r) === 91) skipList(r, isScalar);
  else skipElement(r, isScalar);
}

function skipElement(r: Reader, isScalar: boolean): void {
  if (--r.unknown < 0) tooMuch("more unknown values than limits.unknownFields", r.p);
  const c = peek(r);
  if (c === 123 || c === 60) return skipMessage(r);
  if (!isScalar) unexpected(r, '":"');
  if (c === 34 || c === 39) {
    literals(r);
    return;
  }
  minus(r);
  if (isLetter(peek(r))) identifier(r, "a value");
  else numeral(r);
}

function skipList(r: Reader, isScalar: boolean): void {
  r.p++;
  if (!take(r, 93)) {
    do skipElement(r, isScalar);
    while (take(r, 44));
    punctuation(r, 93);
  }
}

function skipMessage(r: Reader): void {
  descend(r);
  const close = openMessage(r);
  while (!isEnd(r, close)) {
    skipName(r);
    skipValue(r);
    separator(r);
  }
  r.depth++;
}
