// What is offered while one types: posts behind `[[`, and what can be put in behind a `/` at the beginning of a line.
import { autocompletion, pickedCompletion } from "@codemirror/autocomplete";
import { entries } from "./menu.js";
import { inCode } from "./places.js";

const escaped = (title) => title.replace(/[\\[\]]/g, "\\$&");

const posts = (address) => async (context) => {
  const open = context.matchBefore(/\[\[[^[\]\n]{0,100}$/);
  if (!open || inCode(context.state, context.pos)) return null;
  // Whoever types on asks for something else.
  await new Promise((resolve) => { setTimeout(resolve, 80); });
  if (context.aborted) return null;
  let found;
  try {
    const answer = await fetch(`${address}?q=${encodeURIComponent(open.text.slice(2))}`, { headers: { accept: "application/json" } });
    found = (await answer.json()).posts;
  } catch {
    return null;
  }
  if (context.aborted) return null;
  return {
    from: open.from,
    filter: false,
    options: found.map(({ title, path, detail }) => ({
      label: title,
      detail,
      apply: (view, completion, from, to) => {
        const end = view.state.sliceDoc(to, to + 2) === "]]" ? to + 2 : to;  // Brackets close themselves.
        const insert = `[${escaped(title)}](${path})`;
        view.dispatch({ changes: { from, to: end, insert }, selection: { anchor: from + insert.length }, annotations: pickedCompletion.of(completion), userEvent: "input.complete" });
      },
    })),
  };
};

// What is typed is the beginning of a word of the name that says what it is.
const FILLING = /^(?:a|from|the|this|to)$/;
const begins = (name, typed) => {
  const words = name.toLowerCase().split(" ");
  return words.some((word, number) => !FILLING.test(word) && words.slice(number).join(" ").startsWith(typed));
};

const menu = (upload) => {
  const options = entries(upload).map(({ name, detail, run }) => ({
    label: name,
    detail,
    apply: (view, _completion, from, to) => {
      view.dispatch({ changes: { from, to }, selection: { anchor: from } });
      run(view);
    },
  }));
  return (context) => {
    const open = context.matchBefore(/^\s*\/[\p{L} ]{0,30}$/u);
    if (!open || inCode(context.state, context.pos)) return null;
    const typed = open.text.trimStart().slice(1).toLowerCase(), found = options.filter(({ label }) => begins(label, typed));
    return found.length ? { from: open.to - open.text.trimStart().length, options: found, filter: false } : null;
  };
};

export const completing = ({ suggest, upload }) => autocompletion({
  override: [posts(suggest), menu(upload)],
  icons: false,
  activateOnTypingDelay: 0,
  interactionDelay: 0,
});
