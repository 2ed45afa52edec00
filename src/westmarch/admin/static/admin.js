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
