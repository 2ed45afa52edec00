// What script adds to every page of the admin: messages go when they were read, menus close.
const toast = document.querySelector(".toast");
if (toast) {
  const close = toast.querySelector(".close");
  close.hidden = false;
  close.addEventListener("click", () => toast.remove());
}

// A menu closes when something else is pressed, and by Escape.
const menus = [...document.querySelectorAll("details.menu-of")];
addEventListener("click", ({ target }) => menus.forEach((menu) => { if (!menu.contains(target)) menu.open = false; }));
addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && menus.find((each) => each.open);
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A form is sent once, however often its button is pressed; a while later again, where the page is still there. What is
// sent into another window, as a preview is, leaves this one free for the next button.
addEventListener("submit", (event) => {
  const form = event.target;
  const target = event.submitter?.getAttribute("formtarget") ?? form.target;
  if (event.defaultPrevented || form.method !== "post" || target === "_blank") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 3000);
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));

// Of tabs that do not fit, the open one is seen.
const tab = document.querySelector(".states [aria-current]");
const tabs = tab?.closest("ul");
if (tabs) tabs.scrollLeft = tab.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - tab.clientWidth) / 2;

// Of a form that was refused, the first field that has to be changed is where one goes on.
document.querySelector('main [aria-invalid="true"]')?.focus();

// What was typed and not sent is not left by mistake. A form that was refused is such a one; that of a post looks
// after itself.
const forms = 'form.form[method="post"]:not([data-writing])';
const unsaved = new Set(document.querySelectorAll(`${forms}:is(:has([aria-invalid]), :has(.refusal))`));
addEventListener("input", ({ target }) => {
  const form = target.closest?.(forms);
  if (form) unsaved.add(form);
});
addEventListener("submit", ({ target, defaultPrevented }) => { if (!defaultPrevented) unsaved.delete(target); });
addEventListener("beforeunload", (event) => { if (unsaved.size) event.preventDefault(); });
