// Keys: left and right to the neighbours, as the page is read.
import { plain } from "./page.js";

/** Where the arrows mean something of their own. */
const BUSY = "input, textarea, select, pre, audio, video, dialog, [contenteditable], [popover], [role=region], [role=group]";

export function keys(event) {
  if (!plain(event) || event.defaultPrevented || event.target.closest?.(BUSY)) return;
  const [left, right] = document.documentElement.dir === "rtl" ? ["next", "prev"] : ["prev", "next"];
  const rel = { ArrowLeft: left, ArrowRight: right }[event.key];
  if (rel) document.querySelector(`a[rel~="${rel}"]`)?.click();
}
