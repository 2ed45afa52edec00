// Each line runs in the direction of its first letter, whatever the others do.
import { RangeSetBuilder } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin } from "@codemirror/view";

const auto = Decoration.line({ attributes: { dir: "auto" } });

const lines = (view) => {
  const made = new RangeSetBuilder();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to;) {
      const line = view.state.doc.lineAt(at);
      if (line.from >= from || from === view.visibleRanges[0].from) made.add(line.from, line.from, auto);
      at = line.to + 1;
    }
  }
  return made.finish();
};

export const directions = [
  EditorView.perLineTextDirection.of(true),
  ViewPlugin.fromClass(class {
    constructor(view) { this.decorations = lines(view); }

    update(update) { if (update.docChanged || update.viewportChanged) this.decorations = lines(update.view); }
  }, { decorations: (plugin) => plugin.decorations }),
];
