// Strong words, emphasis and what is struck out. Their marks are read as such only at the edge of a word: where they stand
// within one, beside a sign, elements say the same.
const KINDS = { strong: ["\ufde6", "\ufde7", "**"], em: ["\ufde8", "\ufde9", "*"], del: ["\ufdea", "\ufdeb", "~~"] };
const [BEGINNINGS, ENDS] = [0, 1].map((place) => Object.values(KINDS).map((kind) => kind[place]));
const MARKS = /[\ufde6-\ufdeb]/;
const APART = /\n[ \t>]*\n|\n[ \t>]*(?:[-*+] |\d+[.)] |#{1,6} |\||`{3})/;
const word = (character) => character !== undefined && /[\p{L}\p{N}]/u.test(character);
const gap = (character) => character === undefined || /[\s!-/:-@[-`{-~\ufdef]/.test(character);

export const stress = (name, words) => {
  const [, before, inside, after] = words.match(/^([\s\ufdef]*)([^]*?)([\s\ufdef]*)$/);
  return inside ? `${before}${KINDS[name][0]}${inside}${KINDS[name][1]}${after}` : words;
};

// Each pair of marks, without those that say once more what is said, and those around several blocks.
const pairs = (made) => {
  const open = [], found = [];
  for (let at = 0; at < made.length; at += 1) {
    if (!MARKS.test(made[at])) continue;
    const [name, [first]] = Object.entries(KINDS).find(([, kind]) => kind.includes(made[at]));
    if (made[at] === first) open.push({ name, from: at, again: open.some((each) => each.name === name) });
    else if (open.length) {
      const pair = { ...open.pop(), to: at };
      found.push({ ...pair, lost: pair.again || APART.test(made.slice(pair.from, at)) });
    }
  }
  return found;
};

export const stressed = (made) => {
  for (const [first, last] of Object.values(KINDS)) made = made.replaceAll(last + first, "");
  const into = new Map();
  for (const { name, from, to, lost } of pairs(made)) {
    // What stands outside, over other marks. Marks beside marks are read together.
    const beyond = (at, step) => { let end = at + step; while (MARKS.test(made[end] ?? "")) end += step; return made[end]; };
    const edge = (at, inner) => (!MARKS.test(made[at + inner]) && word(made[at + inner])) || gap(beyond(at, -inner));
    const touching = ENDS.includes(made[from - 1]) || BEGINNINGS.includes(made[to + 1]);
    const fits = !touching && edge(from, 1) && edge(to, -1), mark = KINDS[name][2];
    into.set(from, lost ? "" : fits ? mark : `<${name}>`);
    into.set(to, lost ? "" : fits ? mark : `</${name}>`);
  }
  let result = "";
  for (let at = 0; at < made.length; at += 1) result += MARKS.test(made[at]) ? into.get(at) ?? "" : made[at];
  return result;
};
