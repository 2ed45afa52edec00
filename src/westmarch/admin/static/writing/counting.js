// The words of the text, counted in parts so that nobody waits for it.
import { count, form, onPause } from "./form.js";
import { text } from "./text.js";

const PART = 20_000;
const plain = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’-]*/gu;
let turn = 0;

const counter = () => {
  let segmenter = null;
  try { segmenter = new Intl.Segmenter(form.elements.language.value || undefined, { granularity: "word" }); } catch { /* No tag of a language, or an old browser. */ }
  if (!segmenter) return (part) => (part.match(plain) ?? []).length;
  return (part) => {
    let number = 0;
    for (const piece of segmenter.segment(part)) number += piece.isWordLike;
    return number;
  };
};

const words = async () => {
  const [mine, all, counts] = [++turn, text.value, counter()];
  let number = 0;
  for (let from = 0; from < all.length;) {
    let to = from + PART;
    if (to < all.length) to = Math.max(all.lastIndexOf("\n", to), all.lastIndexOf(" ", to), from) + 1;
    if (to === from + 1) to = from + PART;
    number += counts(all.slice(from, to));
    from = to;
    if (from < all.length) await new Promise((resolve) => { setTimeout(resolve); });
    if (mine !== turn) return;
  }
  count(`${number.toLocaleString("en")} ${number === 1 ? "word" : "words"}`);
};
onPause(words, 400);
words();
