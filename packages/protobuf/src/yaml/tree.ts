import { type Document, Lexer, parseDocument } from "yaml";
import { fail, syntax, tooMuch } from "../json/failure.js";
import { maxNesting, Nesting } from "./nesting.js";

/** The lexer's mark in front of the text of a scalar. */
const scalarMark = "\u001f";
/** Heap that a token takes while the tree is built. */
const tokenMemory = 192;
/** The same for white space between tokens, and for a line break. */
const blankMemory = 64;

/** The syntax tree of one document. No schema is applied: every scalar is its text. */
export function parseTree(text: string, elementMemoryBytes: number): Document {
  checkTokens(text, elementMemoryBytes);
  const document = parseDocument(text, {
    schema: "failsafe",
    resolveKnownTags: false,
    // Every key would be compared with every other one. Repeated keys are found where the tree is read.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "error",
  });
  for (const { code, message, pos } of document.errors) {
    if (code === "RESOURCE_EXHAUSTION") tooMuch("nested deeper than the YAML parser goes", pos[0]);
    if (code === "MULTIPLE_DOCS") syntax("expected one document, got several", pos[0]);
    syntax(message.slice(0, 200), pos[0]);
  }
  const { explicit, version } = document.directives?.yaml ?? {};
  const wrong = document.warnings.find(({ code }) => code === "BAD_DIRECTIVE");
  if (wrong !== undefined || (explicit && version !== "1.2"))
    fail(
      "expected a document of YAML 1.2, got another %YAML version or directive",
      wrong?.pos[0] ?? 0,
    );
  return document as Document;
}

/** Bounds what the parser is given: how many tokens, and how deep they are nested. */
function checkTokens(text: string, elementMemoryBytes: number): void {
  let left = elementMemoryBytes;
  let offset = 0;
  let isScalar = false;
  const nesting = new Nesting();
  for (const token of new Lexer().lex(text)) {
    const first = token.charCodeAt(0);
    const isBlank = first === 32 || first === 9 || first === 10 || first === 13;
    // Marks that the lexer puts between tokens are not in the text.
    if (!isBlank && first < 32) {
      isScalar = token === scalarMark;
      continue;
    }
    nesting.take(token, isBlank, isScalar);
    if (nesting.levels > maxNesting) tooMuch("nested deeper than the YAML parser goes", offset);
    isScalar = false;
    if ((left -= isBlank ? blankMemory : tokenMemory) < 0)
      tooMuch("the YAML has more tokens than allowed (limits.elementMemoryBytes)", offset);
    offset += token.length;
  }
}
