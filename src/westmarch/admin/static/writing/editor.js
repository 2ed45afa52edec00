// The editor in the place of the plain field. Where it does not come, the field does.
import { pick } from "../picking.js";
import { form } from "./form.js";
import { area, move } from "./text.js";

const label = form.querySelector(`label[for="${area.id}"]`);
try {
  const { edit } = await import("../editor/editor.js");
  const editor = edit(area, { language: form.elements.language, suggest: area.dataset.suggest, media: area.dataset.media, pick });
  move(editor);
  document.getElementById(`${area.id}-hint`).textContent = "Markdown. / at the beginning of a line inserts, [[ links to a post.";
  label.addEventListener("click", () => editor.focus());
  for (const link of form.querySelectorAll(`.refusal a[href="#${area.id}"]`)) {
    link.addEventListener("click", (event) => { event.preventDefault(); editor.focus(); });
  }
} catch (error) {
  area.hidden = false;
  console.error(error);
}
