// Lists by keyboard: j and k move, x selects, Shift+x and Shift+click select all between, e edits, ? tells of it.
// What is selected is counted; all on the page are selected at once, and then all that match can be.
const list = document.querySelector("form[data-list]");
const rows = [...list?.querySelectorAll(".items tbody tr") ?? []];
const box = (row) => row.querySelector(".pick input");
const link = (row) => row.querySelector("th a, .does a"); // none where somebody may only look
const help = document.querySelector(".keys-help");
const counted = list?.querySelector("[data-selected]");
const every = list?.querySelector("[data-every]");
const clear = list?.querySelector("[data-clear]");
const whole = list?.querySelector("[data-all]");
let last = -1; // the row that was selected or left out last

function tell() {
  const many = rows.filter((row) => box(row).checked).length;
  const all = many === rows.length;
  whole.checked = all;
  whole.indeterminate = many > 0 && !all;
  if (clear) clear.hidden = !many;
  list.classList.toggle("some", many > 0);
  if (every) {
    every.hidden = !all;
    if (!all) every.firstElementChild.checked = false;
  }
  counted.textContent = every?.firstElementChild.checked ? "All selected" : many ? `${many} selected` : "None selected";
}

function select(number, ranging) {
  const on = box(rows[number]).checked;
  if (ranging && last >= 0) {
    for (let each = Math.min(last, number); each <= Math.max(last, number); each++) box(rows[each]).checked = on;
  }
  last = number;
  tell();
}

const here = () => rows.findIndex((row) => row.hasAttribute("aria-current"));

function go(number) {
  const row = rows[Math.min(Math.max(number, 0), rows.length - 1)];
  rows[here()]?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
  (link(row) ?? box(row)).focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function press(event) {
  const typed = event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog, [contenteditable], [popover]:popover-open");
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typed) return;
  const at = here();
  const does = {
    j: () => go(at + 1),
    k: () => go(at < 0 ? 0 : at - 1),
    x: () => { if (at >= 0) { box(rows[at]).checked = !box(rows[at]).checked; select(at, false); } },
    X: () => { if (at >= 0) { box(rows[at]).checked = true; select(at, true); } },
    e: () => { if (at >= 0) link(rows[at])?.click(); },
    "?": help && (() => help.showModal()),
    Escape: () => { if (!document.querySelector("details.menu-of[open]")) empty(); },
  }[event.key];
  if (!does) return;
  if (event.key !== "Escape") event.preventDefault();
  does();
}

function empty() {
  for (const row of rows) box(row).checked = false;
  last = -1;
  tell();
}

if (rows.length) {
  whole.closest("label").hidden = false;
  counted.setAttribute("aria-live", "polite");
  list.dataset.list = "ready";
  addEventListener("keydown", press);
  // By click, not by change: only a click tells of Shift. A label's click comes to its box without it.
  let shifted = false;
  list.addEventListener("pointerdown", (event) => { shifted = event.shiftKey; });
  list.addEventListener("click", (event) => {
    const number = rows.findIndex((row) => box(row) === event.target);
    if (number < 0) return;
    select(number, shifted || event.shiftKey);
    shifted = false;
  });
  list.addEventListener("focusin", (event) => {
    const row = event.target.closest(".items tbody tr");
    if (!row) return;
    rows[here()]?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
  });
  whole.addEventListener("change", () => {
    for (const row of rows) box(row).checked = whole.checked;
    last = -1;
    tell();
  });
  every?.addEventListener("change", tell);
  clear?.addEventListener("click", () => { empty(); whole.focus(); });
  const keys = document.querySelector("[data-keys]");
  if (keys) keys.hidden = false;
  keys?.addEventListener("click", () => help.showModal());
  addEventListener("pageshow", tell); // A browser that goes back fills forms in as they were.
  tell();
}
