// The Markdown of the site: GFM with what its renderer adds. Formulas and code are no place for emphasis, so that both are
// known here; marks in a formula would else colour half of a text.
import { markdownLanguage } from "@codemirror/lang-markdown";
import { tags } from "@lezer/highlight";

const formula = tags.special(tags.monospace);
const [DOLLAR, EQUALS, SPACE] = [36, 61, /\s/];

const inline = {
  name: "Formula",
  before: "Emphasis",
  parse(cx, next, at) {
    if (next !== DOLLAR) return -1;
    const width = cx.char(at + 1) === DOLLAR ? 2 : 1;
    if (width === 1 && SPACE.test(String.fromCharCode(cx.char(at + 1)))) return -1;
    for (let end = at + width; end < cx.end; end += 1) {
      const found = cx.char(end);
      if (found === 92) end += 1;
      else if (found === DOLLAR && (width === 1 || cx.char(end + 1) === DOLLAR)) {
        const after = cx.char(end + width);
        if (width === 1 && (SPACE.test(cx.slice(end - 1, end)) || (after >= 48 && after <= 57))) return -1;
        return cx.addElement(cx.elt("Formula", at, end + width));
      }
    }
    return -1;
  },
};
const delimiter = { resolve: "Highlight", mark: "HighlightMark" };
const highlight = {
  name: "Highlight",
  after: "Emphasis",
  parse(cx, next, at) {
    if (next !== EQUALS || cx.char(at + 1) !== EQUALS || cx.char(at + 2) === EQUALS) return -1;
    const [before, after] = [cx.slice(at - 1, at), cx.slice(at + 2, at + 3)];
    return cx.addDelimiter(delimiter, at, at + 2, /\S/.test(after), /\S/.test(before));
  },
};
const block = {
  name: "FormulaBlock",
  parse(cx, line) {
    if (!line.text.slice(line.pos).startsWith("$$") || line.text.indexOf("$$", line.pos + 2) >= 0) return false;
    const from = cx.lineStart + line.pos;
    while (cx.nextLine()) {
      if (line.text.trimEnd().endsWith("$$")) { cx.nextLine(); break; }
    }
    cx.addElement(cx.elt("FormulaBlock", from, cx.prevLineEnd()));
    return true;
  },
  endLeaf: (_cx, line) => line.text.slice(line.pos).startsWith("$$"),
};

const additions = {
  defineNodes: [
    { name: "Formula", style: formula },
    { name: "FormulaBlock", block: true, style: formula },
    { name: "Highlight", style: { "Highlight/...": tags.strong } },
    { name: "HighlightMark", style: tags.processingInstruction },
  ],
  parseInline: [inline, highlight],
  parseBlock: [block],
};

export const dialect = { ...markdownLanguage, parser: markdownLanguage.parser.configure(additions) };
