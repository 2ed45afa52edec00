// What is pasted or dropped: pictures are brought into the library, rich text becomes Markdown. With Shift, and in code,
// it stays plain, as a browser hands it over.
import { syntaxTree } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { markdownOf } from "./rich.js";

const LONGEST = 2_000_000;
const pictures = (data) => [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));
const code = /Code|Formula|HTML/;

export const pasting = (upload) => {
  let shift = false;
  return EditorView.domEventHandlers({
    keydown: (event) => { shift = event.shiftKey; },
    paste: (event, view) => {
      const data = event.clipboardData, files = pictures(data), plain = data?.getData("text/plain") ?? "";
      if (files.length && !plain) {
        event.preventDefault();
        upload.take(view, files, view.state.selection.main.head);
        return true;
      }
      const html = data?.getData("text/html") ?? "";
      if (shift || !html || html.length > LONGEST || code.test(syntaxTree(view.state).resolveInner(view.state.selection.main.head, -1).name)) return false;
      const made = markdownOf(html);
      if (!made || made === plain.trim()) return false;
      event.preventDefault();
      view.dispatch(view.state.replaceSelection(made), { scrollIntoView: true, userEvent: "input.paste" });
      return true;
    },
    drop: (event, view) => {
      const files = pictures(event.dataTransfer);
      if (!files.length) return false;
      event.preventDefault();
      upload.take(view, files, view.posAtCoords({ x: event.clientX, y: event.clientY }) ?? view.state.selection.main.head);
      return true;
    },
    dragover: (event) => { if (event.dataTransfer?.types.includes("Files")) event.preventDefault(); },
  });
};
