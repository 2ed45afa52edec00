// What is pasted or dropped: pictures are brought into the library, rich text becomes Markdown. With Shift, and in code,
// it stays plain, as a browser hands it over.
import { EditorView } from "@codemirror/view";
import { inCode } from "./places.js";
import { markdownOf } from "./rich.js";

const LONGEST = 2_000_000;
const pictures = (data) => [...(data?.files ?? [])].filter((file) => file.type.startsWith("image/"));

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
      if (shift || !html || html.length > LONGEST || inCode(view.state, view.state.selection.main.head)) return false;
      const made = markdownOf(html);
      if (!made || (made.words === plain.trim() && !made.pictures.length)) return false;
      event.preventDefault();
      const { from } = view.state.selection.main;
      view.dispatch(view.state.replaceSelection(made.words), { scrollIntoView: true, userEvent: "input.paste" });
      if (made.pictures.length) upload.take(view, made.pictures.map(({ file }) => file), made.pictures.map(({ at }) => from + at));
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
