// What is put on lines of its own. In what is inserted, `«` and `»` stand around the words that are chosen afterwards.
import { EditorSelection } from "@codemirror/state";

const FENCE = "```";
export const SAMPLES = {
  code: `${FENCE}\n«code»\n${FENCE}`,
  table: "| «First» | Second |\n|:------|:-------|\n|       |        |",
  formula: "$$\n«x^2»\n$$",
  callout: "> [!NOTE]\n> «Words»",
  details: "::: details «Summary»\nWords\n:::",
  rule: "***",
};

// A block stands by itself, with an empty line before and after it. What is chosen becomes its words.
export const block = (view, sample, range = view.state.selection.main) => {
  const { doc } = view.state, line = doc.lineAt(range.from), last = doc.lineAt(range.to);
  const words = view.state.sliceDoc(range.from, range.to);
  const empty = !line.text.slice(0, range.from - line.from).trim();
  const from = empty ? line.from : range.from;
  const before = !empty ? "\n\n" : line.number > 1 && doc.line(line.number - 1).text.trim() ? "\n" : "";
  const rest = last.text.slice(range.to - last.from).trim();
  const next = last.number < doc.lines ? doc.line(last.number + 1).text.trim() : "";
  const after = rest ? "\n\n" : next ? "\n" : "";
  const [start, end] = [sample.indexOf("«"), sample.indexOf("»") - 1];
  const quoted = sample.startsWith(">") ? words.replaceAll("\n", "\n> ") : words;
  const marked = start < 0 ? "" : quoted || sample.slice(start + 1, end + 1);
  const insert = before + (start < 0 ? sample : sample.slice(0, start) + marked + sample.slice(end + 2)) + after;
  const at = from + before.length;
  const selection = start < 0 ? EditorSelection.cursor(at + sample.length) : EditorSelection.range(at + start, at + start + marked.length);
  view.dispatch({ changes: { from, to: rest ? range.to : last.to, insert }, selection: EditorSelection.create([selection]), scrollIntoView: true, userEvent: "input" });
  view.focus();
  return true;
};

// Marks at the beginnings of all lines that are chosen; where all have them already they go.
const OTHERS = /^(#{1,6} |> |[-*+] (\[[ x]\] )?|\d+[.)] )/;
const begins = (mark, known) => (view) => {
  const { state } = view, { from, to } = state.selection.main, lines = [];
  for (let at = state.doc.lineAt(from).number, last = state.doc.lineAt(to).number; at <= last; at += 1) lines.push(state.doc.line(at));
  const full = lines.filter((line) => line.text.trim()), chosen = full.length ? full : lines;
  const all = chosen.every((line) => known.test(line.text));
  const changes = chosen.map((line, number) => {
    const old = (all ? line.text.match(known) : line.text.match(OTHERS))?.[0].length ?? 0;
    return { from: line.from, to: line.from + old, insert: all ? "" : mark(number, line.text) };
  });
  // The cursor goes with its words, and behind a mark that was set before it.
  const set = state.changes(changes);
  view.dispatch({ changes: set, selection: state.selection.map(set, 1), scrollIntoView: true, userEvent: "input" });
  view.focus();
  return true;
};
export const heading = begins((_number, text) => (/^## /.test(text) ? "### " : "## "), /^### /);
export const list = begins(() => "- ", /^[-*+] (?!\[)/);
export const numbers = begins((number) => `${number + 1}. `, /^\d+[.)] /);
export const tasks = begins(() => "- [ ] ", /^[-*+] \[[ x]\] /);
export const quote = begins(() => "> ", /^> /);

// A note gets the next free number; its words are typed at the end of the text.
export const footnote = (view, range = view.state.selection.main) => {
  const { doc } = view.state, text = doc.toString(), used = new Set([...text.matchAll(/\[\^(\d+)\]/g)].map((found) => Number(found[1])));
  let number = 1;
  while (used.has(number)) number += 1;
  const end = text.trimEnd().length, gap = /\[\^[^\]]+\]:[^\n]*$/.test(text.slice(0, end)) ? "\n" : "\n\n";
  const [reference, note] = [`[^${number}]`, `${gap}[^${number}]: `];
  const changes = range.to > end
    ? [{ from: range.from, to: doc.length, insert: `${reference}${note}` }]
    : [{ from: range.from === range.to ? range.from : range.to, insert: reference }, { from: end, to: doc.length, insert: note }];
  const set = view.state.changes(changes);
  view.dispatch({ changes: set, selection: { anchor: set.newLength }, scrollIntoView: true, userEvent: "input" });
  view.focus();
  return true;
};

// Enter in an empty item of a list, or an empty line of a quotation, ends it: by an empty line, as Markdown has it.
const EMPTY = /^(?:[-*+] (?:\[[ x]\] ?)?|\d+[.)] |> ?)$/;
export const end = ({ state, dispatch }) => {
  const { main } = state.selection, line = state.doc.lineAt(main.head);
  if (!main.empty || state.selection.ranges.length > 1 || main.head !== line.to || !EMPTY.test(line.text)) return false;
  if (line.number === 1 || !state.doc.line(line.number - 1).text.trim()) return false;
  dispatch(state.update({ changes: { from: line.from, to: line.to, insert: state.lineBreak }, selection: { anchor: line.from + 1 }, scrollIntoView: true, userEvent: "input" }));
  return true;
};
