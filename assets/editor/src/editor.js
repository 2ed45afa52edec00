// The editor of texts in Markdown: CodeMirror in the place of a text field. `edit` gives what the form works on (what its
// parts mean stands in the admin's static/writing/text.js).
import { closeBrackets } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { markdown, markdownKeymap } from "@codemirror/lang-markdown";
import { search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { drawSelection, dropCursor, EditorView, highlightSpecialChars, keymap, tooltips } from "@codemirror/view";
import { end } from "./blocks.js";
import { completing } from "./completing.js";
import { directions } from "./directions.js";
import { dialect } from "./dialect.js";
import { look } from "./look.js";
import { keys } from "./marks.js";
import { pasting } from "./pasting.js";
import { pictures } from "./pictures.js";
import { toolbar } from "./toolbar.js";

// Of a text with a longer line only what is typed is shown: each key would have to read that line again.
const LONGEST_LINE = 20_000;
const long = (doc) => {
  for (const line of doc.iterLines()) if (line.length > LONGEST_LINE) return true;
  return false;
};

// What the library says in short, and in lower case.
const PHRASES = {
  next: "Next", previous: "Previous", all: "Select all", "match case": "Match case", regexp: "Pattern", "by word": "Whole words",
  replace: "Replace", "replace all": "Replace all", close: "Close", Replace: "Replace with",
};

// What is no tag of a language says nothing of the text.
const tagged = (lang) => {
  try { return lang ? { lang: Intl.getCanonicalLocales(lang)[0] } : {}; } catch { return {}; }
};

export const edit = (area, { language, suggest, media, pick }) => {
  const changed = new Set(), scrolled = new Set();
  const [marking, tongue] = [new Compartment(), new Compartment()];
  const highlighting = () => markdown({ base: dialect, addKeymap: false, completeHTMLTags: false });
  const spoken = () => EditorView.contentAttributes.of(tagged(language.value.trim()));
  const label = area.form.querySelector(`label[for="${area.id}"]`);
  label.id = `${area.id}-label`;
  const described = Object.fromEntries(["aria-describedby", "aria-invalid"].filter((name) => area.hasAttribute(name)).map((name) => [name, area.getAttribute(name)]));
  const upload = pictures({ media, pick });

  let plain = false;
  const measure = EditorView.updateListener.of((update) => {
    if (!update.docChanged) return;
    let longer = false;
    update.changes.iterChangedRanges((_from, _to, from, to) => {
      for (let line = update.state.doc.lineAt(from); ; line = update.state.doc.lineAt(line.to + 1)) {
        longer ||= line.length > LONGEST_LINE;
        if (line.to >= to || longer) break;
      }
    });
    if (longer !== plain && (longer || !long(update.state.doc))) {
      plain = longer;
      setTimeout(() => view.dispatch({ effects: marking.reconfigure(plain ? [] : highlighting()) }));
    }
    for (const call of changed) call();
  });

  const box = document.createElement("div");
  box.className = "editor";
  const state = EditorState.create({ doc: area.value });
  plain = long(state.doc);
  const view = new EditorView({
    state: EditorState.create({
      doc: state.doc,
      extensions: [
        look,
        history(),
        drawSelection(),
        dropCursor(),
        highlightSpecialChars(),
        EditorView.lineWrapping,
        directions,
        EditorState.allowMultipleSelections.of(true),
        search({ top: true }),
        EditorState.phrases.of(PHRASES),
        tooltips({ parent: box }),
        marking.of(plain ? [] : highlighting()),
        tongue.of(spoken()),
        completing({ suggest, upload }),
        pasting(upload),
        upload.shown,
        closeBrackets(),
        Prec.high(keymap.of([...keys, { key: "Enter", run: end }])),
        keymap.of([...markdownKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.contentAttributes.of({
          ...described, "aria-labelledby": label.id, tabindex: "0", spellcheck: "true", autocorrect: "on", autocapitalize: "sentences", writingsuggestions: "true",
        }),
        measure,
      ],
    }),
  });

  box.append(...toolbar(view, { upload }), view.dom);
  area.before(box);
  area.hidden = true;
  language.addEventListener("change", () => view.dispatch({ effects: tongue.reconfigure(spoken()) }));
  view.scrollDOM.addEventListener("scroll", () => { for (const call of scrolled) call(); }, { passive: true });

  return {
    get value() { return view.state.doc.toString(); },
    get length() { return view.state.doc.length; },
    get selection() { const { from, to } = view.state.selection.main; return { from, to }; },
    get busy() { return upload.busy(view.state); },
    get top() {
      const height = view.scrollDOM.getBoundingClientRect().top - view.documentTop;
      const block = view.lineBlockAtHeight(Math.max(0, height));
      const part = block.height ? Math.min(1, Math.max(0, (height - block.top) / block.height)) : 0;
      return view.state.doc.lineAt(block.from).number + part;
    },
    set top(line) {
      const number = Math.min(view.state.doc.lines, Math.max(1, Math.floor(line)));
      const block = view.lineBlockAt(view.state.doc.line(number).from);
      view.scrollDOM.scrollTop = block.top + (line - number) * block.height;
    },
    replace(from, to, words) { view.dispatch({ changes: { from, to, insert: words }, userEvent: "input.paste" }); },
    focus() { view.focus(); },
    onChange(call) { changed.add(call); },
    onScroll(call) { scrolled.add(call); },
  };
};
