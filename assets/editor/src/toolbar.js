// The same by mouse and finger: a row of buttons, which the arrow keys go along, and a menu of what can be put in.
import { openSearchPanel } from "@codemirror/search";
import { heading, list, quote } from "./blocks.js";
import { entries } from "./menu.js";
import { code, emphasis, link, strong } from "./marks.js";

const focusMode = () => {
  const root = document.documentElement, on = root.classList.toggle("only-writing");
  return on;
};

const button = (words, title, run) => {
  const made = document.createElement("button");
  [made.type, made.textContent, made.title] = ["button", words, title];
  made.className = "tool";
  // The text keeps the focus, so that a phone's keyboard stays.
  made.addEventListener("pointerdown", (event) => event.preventDefault());
  made.addEventListener("click", () => run(made));
  return made;
};

const sheet = (view, upload) => {
  const menu = document.createElement("div");
  menu.className = "sheet inserting";
  menu.id = "inserting";
  menu.popover = "auto";
  menu.setAttribute("role", "menu");
  menu.setAttribute("aria-label", "Insert");
  for (const { name, detail, run } of entries(upload)) {
    const item = document.createElement("button"), mark = document.createElement("code");
    [item.type, item.textContent, mark.textContent] = ["button", name, detail];
    item.setAttribute("role", "menuitem");
    mark.setAttribute("aria-hidden", "true");
    item.append(mark);
    item.addEventListener("click", () => { menu.hidePopover(); run(view); });
    menu.append(item);
  }
  along(menu, "ArrowUp", "ArrowDown");
  return menu;
};

const along = (box, back, forth) => box.addEventListener("keydown", (event) => {
  const items = [...box.querySelectorAll(":scope > button")], at = items.indexOf(document.activeElement);
  const to = { [back]: at - 1, [forth]: at + 1, Home: 0, End: items.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  items.at(to % items.length).focus();
});

export const toolbar = (view, { upload }) => {
  const bar = document.createElement("div");
  bar.className = "tools-of-text";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Formatting");
  const does = (run) => () => { run(view); view.focus(); };
  const menu = sheet(view, upload);
  const more = button("Insert …", "Tables, formulas, notes and more (/ at the beginning of a line)", () => {
    menu.togglePopover();
    if (!menu.matches(":popover-open")) return;
    const box = more.getBoundingClientRect();
    menu.style.top = `${Math.max(8, Math.min(box.bottom + 4, innerHeight - menu.offsetHeight - 8))}px`;
    menu.style.left = `${Math.max(8, Math.min(box.left, innerWidth - menu.offsetWidth - 8))}px`;
    menu.querySelector("button").focus({ preventScroll: true });
  });
  more.setAttribute("aria-haspopup", "menu");
  const focus = button("Focus", "Nothing but the text (Escape ends it)", () => tell(focusMode()));
  const tell = (on) => focus.setAttribute("aria-pressed", String(on));
  tell(false);
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !document.documentElement.classList.contains("only-writing") || document.querySelector("dialog[open], :popover-open")) return;
    tell(focusMode());
    view.focus();
  });
  const tools = [
    button("B", "Strong (Ctrl+B)", does(strong)), button("I", "Emphasis (Ctrl+I)", does(emphasis)), button("Link", "Link (Ctrl+K)", does(link)),
    button("Heading", "Heading, again for a smaller one", heading.bind(null, view)), button("List", "List", list.bind(null, view)), button("Quote", "Quotation", quote.bind(null, view)),
    button("Code", "Code (Ctrl+E)", does(code)), button("Picture", "Bring a picture from this device", () => upload.bring(view)), more,
    button("Find", "Find and replace (Ctrl+F)", () => openSearchPanel(view)), focus,
  ];
  tools[0].classList.add("strong");
  tools[1].classList.add("emphasis");
  tools[0].setAttribute("aria-label", "Strong");
  tools[1].setAttribute("aria-label", "Emphasis");
  // One stop of the Tab key; the arrows do the rest.
  const stop = (chosen) => { for (const tool of tools) tool.tabIndex = tool === chosen ? 0 : -1; };
  bar.append(...tools);
  along(bar, "ArrowLeft", "ArrowRight");
  bar.addEventListener("focusin", (event) => stop(event.target));
  stop(tools[0]);
  return [bar, menu];
};
