// What the form holds, whether that is saved, and the line that says so.
import { text } from "./text.js";

export const form = document.querySelector("form[data-writing]");
form.autocomplete = "off";  // Whoever comes back finds what is saved, and beside it what was typed: no mixture of both.
const line = form.querySelector("[data-said]");
// All fields but the text, as one line to be compared. It is made at each key, so a FormData, in which the text would be,
// is too slow.
const sends = (field) => field.name && field.name !== "markdown" && !field.disabled && !["submit", "button", "fieldset"].includes(field.type)
  && (!["checkbox", "radio"].includes(field.type) || field.checked);
const small = () => JSON.stringify([...form.elements].filter(sends).map((field) => [field.name, field.value]));

// What stands in all fields now: to be compared, and to be kept. The text is not read while it is written.
export const state = () => ({ small: small(), text: text.value, version: text.version });
let saved = form.hasAttribute("data-unsaved") ? null : state();
export const same = (one, other) => Boolean(one && other) && one.small === other.small && (one.version === other.version || one.text === other.text);
export const changed = () => !saved || text.busy || small() !== saved.small || (text.version !== saved.version && text.value !== saved.text);

// `now` is a state, or null where nothing of it is saved.
const listeners = new Set();
export const keep = (now) => { saved = now; for (const call of listeners) call(); };
export const onKept = (call) => listeners.add(call);

// Two parts: how much there is, and what was said last, with a link ({ words, href }) that opens beside.
let [much, told, leads] = ["", "", null];
const show = () => {
  const words = [much, told].filter(Boolean).join(" · ");
  if (!leads) { if (line.textContent !== words) line.textContent = words; return; }
  const link = Object.assign(document.createElement("a"), { href: leads.href, textContent: leads.words, target: "_blank" });
  line.replaceChildren(`${words} `, link);
};
export const say = (words, link = null) => { [told, leads] = [words, link]; show(); };
export const count = (words) => { much = words; show(); };

// What is typed anywhere in the form, after a pause.
export const onPause = (call, pause) => {
  let waiting;
  const wait = () => { clearTimeout(waiting); waiting = setTimeout(call, pause); };
  form.addEventListener("input", wait);
};
