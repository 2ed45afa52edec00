// Signs in words that are no marks. While Markdown is made of a page they stand as characters that no text has, so that at
// the end it is known which are the writer's, and what stands around them: only those that the site would take for marks
// get a backslash.
import { stressed } from "./stress.js";

const SIGNS = "\\`*_{[]<>&~^$=:|#+-.)!";
const FIRST = 0xfdd0;
export const [BREAK, PICTURE] = ["\ufdef", "\ufdee"];
const HELD = /[\ufdd0-\ufdef]/g;
const FAR = 200;

export const hold = (words) => words.replace(HELD, "").replace(/[\\`*_{[\]<>&~^$=:|#+\-.)!]/g, (sign) => String.fromCharCode(FIRST + SIGNS.indexOf(sign)));
const isHeld = (character) => character >= "\ufdd0" && character < "\ufde6";
const isMark = (character) => character >= "\ufde6" && character < PICTURE;
const plain = (text) => text.replace(HELD, (held) => SIGNS[held.charCodeAt(0) - FIRST] ?? held);

const CONTAINERS = /^(?:[ \t]|> ?|[-*+] |\d+[.)] |\[[ x]\] )*/;
const BLOCK = /^[> \t]*(?:[-*+] |\d+[.)] |#{1,6} |\||`{3}|\*{3}$)/;
const ENTITY = /&(?:#\d{1,7}|#x[\da-f]{1,6}|[a-z][a-z\d]{1,31});/iy;
const EMOJI = /(?<![\w:]):[a-z\d_+-]{1,50}:(?![\w:])/y;
const ATTRIBUTES = /\{:? *(?:([#.])|[a-z][\w:-]*(=))[^{}\n]*\}/iy;
const space = (character) => character === undefined || character === BREAK || /\s/.test(character);
const word = (character) => character !== undefined && /[\p{L}\p{N}]/u.test(character);
const matches = (pattern, text, at) => { pattern.lastIndex = at; return pattern.exec(text); };

// Where a run of one sign begins and ends.
const run = (text, at) => {
  let [from, to] = [at, at + 1];
  while (from > 0 && at - from < FAR && text[from - 1] === text[at]) from -= 1;
  while (to < text.length && to - at < FAR && text[to] === text[at]) to += 1;
  return { from, to, length: to - from, before: text[from - 1], after: text[to] };
};
const apart = ({ before, after }) => space(before) && space(after);
// Whether the same sign stands once more before the next space.
const again = (text, at) => {
  for (const step of [-1, 1]) {
    for (let to = at + step; Math.abs(to - at) < FAR && !space(text[to]); to += step) if (text[to] === text[at]) return true;
  }
  return false;
};

// What each sign needs to be one: `text` is a piece without empty lines, `raw` the same with its signs held.
const needs = {
  "\\": ({ text, at }) => at + 1 === text.length || /[!-/:-@[-`{-~\n\ufde6-\ufdef]/.test(text[at + 1]),
  "`": () => true,
  "*": ({ text, at, head }) => head || !apart(run(text, at)),
  _: ({ text, at, head, line }) => {
    const around = run(text, at);
    if (head && /^[_\s]+$/.test(line)) return true;
    return !apart(around) && !(word(around.before) && word(around.after));
  },
  // A bracket at the beginning of a line would open a formula; the one that closes it is enough.
  "[": ({ head }) => !head,
  "]": () => true,
  "<": ({ text, at }) => /[a-z/!?]/i.test(text[at + 1] ?? ""),
  ">": ({ head }) => head,
  "&": ({ text, at }) => matches(ENTITY, text, at) !== null,
  "~": ({ text, at, head }) => {
    const around = run(text, at);
    return isMark(text[at - 1]) || isMark(text[at + 1]) ? true : around.length > 1 ? head || !apart(around) : (head && space(text[at + 1])) || again(text, at);
  },
  "^": ({ text, at }) => text[at - 1] === "[" || text[at + 1] === "[" || again(text, at),
  // One dollar opens a formula before a word, where another closes one; two open one anywhere; more are no sign.
  $: ({ text, at, first, closing }) => {
    const { from, to, length, before, after } = run(text, at);
    if (length === 1) return !space(after) && !/\d/.test(before ?? "") && closing > at;
    return from === first || (length === 2 && (closing > at || text.lastIndexOf("$$") >= to || text.indexOf("$$") < from));
  },
  "=": ({ text, at, head, line }) => (head && /^=+\s*$/.test(line)) || (run(text, at).length > 1 && !apart(run(text, at))),
  ":": ({ text, at, head }) => (head && (text[at + 1] === ":" || space(text[at + 1]))) || matches(EMOJI, text, at) !== null,
  "|": ({ row, lines }) => row || lines > 1,
  "#": ({ head, heading, line }) => (head && /^#{1,6}(?:\s|$)/.test(line)) || (heading && /^#+\s*$/.test(line)),
  "+": ({ text, at, head }) => head && space(text[at + 1]),
  "-": ({ text, at, head, line }) => head && (space(text[at + 1]) || /^[-\s]+$/.test(line)),
  ".": ({ text, at, number }) => number && space(text[at + 1]),
  ")": ({ text, at, number }) => number && space(text[at + 1]),
  "!": ({ raw, at }) => raw[at + 1] === "[",
  "{": () => false,
};

const pieceWritten = (raw) => {
  const text = plain(raw), forced = new Set(), lines = raw.split("\n");
  let closing = -1;
  for (const { index } of text.matchAll(/(?<=[^\s$])\$(?![$\d])/g)) closing = index;
  let made = "", start = 0;
  for (const each of lines) {
    const first = start + each.match(CONTAINERS)[0].length, end = start + each.length;
    const [row, heading] = [raw[first] === "|", /^#{1,6} /.test(raw.slice(first, first + 7))];
    for (let at = start; at < end; at += 1) {
      if (!isHeld(raw[at])) { made += raw[at]; continue; }
      const sign = text[at];
      if (sign === "{") {
        const found = matches(ATTRIBUTES, text, at);
        if (found) forced.add(text.indexOf(found[1] ?? found[2], at));
      }
      const place = {
        raw, text, at, first, closing, row, heading, head: at === first, lines: lines.length,
        number: at - first <= 9 && /^\d+$/.test(raw.slice(first, at)),
        get line() { return text.slice(at, end).replaceAll(BREAK, ""); },
      };
      made += (forced.has(at) || needs[sign](place) ? "\\" : "") + sign;
    }
    if (end < raw.length) made += "\n";
    start = end + 1;
  }
  return made;
};

// A line is broken between two lines of words alone; two breaks end a paragraph.
const broken = (made) => {
  const lines = made.split("\n"), empty = (line) => !line || /^[> \t\ufdef]*$/.test(line);
  return lines.map((line, number) => {
    if (!line.includes(BREAK)) return line;
    const next = lines[number + 1];
    const kept = line.trimEnd().endsWith(BREAK) && !empty(line) && !empty(next) && !BLOCK.test(next);
    return line.replaceAll(BREAK, "").trimEnd() + (kept ? BREAK : "");
  }).join("\n");
};

export const written = (made) => stressed(broken(made).split(/(\n[ \t]*\n)/).map(pieceWritten).join("")).replaceAll(BREAK, "\\");
