// What can be put into a text: one list for the menu behind `/`, and for that of the toolbar.
import { startCompletion } from "@codemirror/autocomplete";
import { block, footnote, heading, list, numbers, quote, SAMPLES, tasks } from "./blocks.js";

const sample = (name) => (view) => block(view, SAMPLES[name]);
// Completion opens by itself behind the brackets.
export const linkToPost = (view) => {
  view.focus();
  view.dispatch(view.state.replaceSelection("[["), { scrollIntoView: true });
  startCompletion(view);
  return true;
};

export const entries = (upload) => [
  { name: "Heading", detail: "##", run: heading },
  { name: "List", detail: "-", run: list },
  { name: "Numbered list", detail: "1.", run: numbers },
  { name: "Tasks", detail: "- [ ]", run: tasks },
  { name: "Quotation", detail: ">", run: quote },
  { name: "Code", detail: "```", run: sample("code") },
  { name: "Table", detail: "| |", run: sample("table") },
  { name: "Formula", detail: "$$", run: sample("formula") },
  { name: "Footnote", detail: "[^1]", run: (view) => footnote(view) },
  { name: "Callout", detail: "> [!NOTE]", run: sample("callout") },
  { name: "Folded text", detail: "::: details", run: sample("details") },
  { name: "Rule", detail: "***", run: sample("rule") },
  { name: "Picture from the library", detail: "![ ]", run: (view) => { upload.choose(view); return true; } },
  { name: "Picture from this device", detail: "![ ]", run: (view) => { upload.bring(view); return true; } },
  { name: "Link to a post", detail: "[[", run: linkToPost },
];
