// Marks around words: what stands within them loses them again. Nothing is bound to Tab, which leaves the editor.
import { EditorSelection } from "@codemirror/state";

const around = (mark) => ({ state, dispatch }) => {
  const size = mark.length;
  dispatch(state.update(state.changeByRange((range) => {
    const word = range.empty ? state.wordAt(range.head) : null;
    const { from, to } = word ?? range;
    const inside = state.sliceDoc(from, to);
    const before = state.sliceDoc(Math.max(0, from - size), from), after = state.sliceDoc(to, to + size);
    // One star beside a star is half of another mark.
    const single = size === 1 && (state.sliceDoc(from - 2, from) === mark + mark) && state.sliceDoc(from - 3, from) !== mark.repeat(3);
    if (before === mark && after === mark && !single) {
      const changes = [{ from: from - size, to: from }, { from: to, to: to + size }];
      return { changes, range: EditorSelection.range(range.anchor - size, range.head - size) };
    }
    if (inside.length > 2 * size && inside.startsWith(mark) && inside.endsWith(mark)) {
      const bare = inside.slice(size, -size);
      return { changes: { from, to, insert: bare }, range: EditorSelection.range(from, from + bare.length) };
    }
    const [, lead, middle, trail] = inside.match(/^(\s*)([^]*?)(\s*)$/);
    const changes = { from, to, insert: `${lead}${mark}${middle}${mark}${trail}` };
    if (word) return { changes, range: EditorSelection.cursor(range.head + size) };
    const start = from + lead.length + size;
    return { changes, range: EditorSelection.range(start, start + middle.length) };
  }), { scrollIntoView: true, userEvent: "input" }));
  return true;
};

export const strong = around("**"), emphasis = around("*"), code = around("`");

// The words become a link; where to is typed next. An address becomes the address of a link whose words are typed next.
export const link = ({ state, dispatch }) => {
  dispatch(state.update(state.changeByRange(({ from, to }) => {
    const words = state.sliceDoc(from, to);
    if (/^(https?:\/\/|mailto:)\S+$/.test(words)) {
      return { changes: { from, to, insert: `[](${words})` }, range: EditorSelection.cursor(from + 1) };
    }
    const at = from + words.length + (words ? 3 : 1);
    return { changes: { from, to, insert: `[${words}]()` }, range: EditorSelection.cursor(at) };
  }), { scrollIntoView: true, userEvent: "input" }));
  return true;
};

export const keys = [
  { key: "Mod-b", run: strong, preventDefault: true },
  { key: "Mod-i", run: emphasis, preventDefault: true },
  { key: "Mod-k", run: link, preventDefault: true },
  { key: "Mod-e", run: code, preventDefault: true },
];
