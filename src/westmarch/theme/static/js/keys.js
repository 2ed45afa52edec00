// Keys: left and right to the neighbours, as the page is read; a slash to the search.
import { plain } from "./page.js";

/** Where the arrows mean something of their own. */
const BUSY = "input, textarea, select, pre, audio, video, dialog, [contenteditable], [popover], [role=region], [role=group]";

export function keys(event) {
  if (!plain(event) || event.defaultPrevented || event.target.closest?.(BUSY)) return;
  if (event.key === "/") return seek(event);
  const [left, right] = document.documentElement.dir === "rtl" ? ["next", "prev"] : ["prev", "next"];
  const rel = { ArrowLeft: left, ArrowRight: right }[event.key];
  if (rel) document.querySelector(`a[rel~="${rel}"]`)?.click();
}

function seek(event) {
  const field = [...document.querySelectorAll("input[type=search][name=q]")].find((each) => each.checkVisibility());
  const target = field ?? document.querySelector("a.to-search");
  if (!target) return;
  event.preventDefault();
  if (field) field.select();
  target.focus();
  if (!field) target.click();
}
