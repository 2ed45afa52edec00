// The title is one line, in however many it is shown: Enter goes on to the text.
import { form } from "./form.js";
import { text } from "./text.js";

const title = form.elements.title;
title.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing) return;
  event.preventDefault();
  text.focus();
});
title.addEventListener("input", () => {
  if (title.value.includes("\n")) title.setRangeText(title.value.replace(/\s*\n\s*/g, " "), 0, title.value.length, "end");
});
