// A warning before what was typed is lost; Ctrl+S saves and stays where one is. What is refused comes back as a page, by
// the button itself.
import { changed, form, keep, same, say, state } from "./form.js";
import { flush, safe, send } from "./journal.js";
import { text } from "./text.js";

let leaves = false, saving = false;

// What is still to come into the text is waited for; what did not arrive is for somebody to decide.
const complete = async (button) => {
  while (text.busy === "coming") {
    say("A picture is on its way: waiting for it …");
    await new Promise((resolve) => { setTimeout(resolve, 100); });
  }
  if (text.busy) say(`A picture did not arrive: try again, or leave it out. “${button}” was not done.`);
  return !text.busy;
};
// What leaves the page is kept on the server first: where that cannot be, one stays here.
let sure = false;
form.addEventListener("submit", async (event) => {
  const { submitter } = event;
  if (submitter?.formTarget === "_blank" || event.defaultPrevented) return;
  leaves = true;
  if (sure || !changed()) return;
  event.preventDefault();
  await new Promise((resolve) => { setTimeout(resolve); });  // A form is not sent again while it tells that it is sent.
  if (submitter?.value !== "trash" && !await complete(submitter?.textContent.trim())) { leaves = false; return; }
  if (!await flush(submitter?.textContent.trim())) { leaves = false; return; }
  sure = true;
  form.requestSubmit(submitter);
  sure = false;
});
addEventListener("pageshow", () => { leaves = false; });
addEventListener("beforeunload", (event) => { if (!leaves && changed() && !safe()) event.preventDefault(); });

const save = async () => {
  const button = form.querySelector("button[name=do][value=save]");
  if (!button || saving) return;
  saving = true;
  say("Saving …");
  const sent = new FormData(form), was = state();
  sent.set("do", "save");
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent });
    if (answer.status === 401 || answer.status === 503) { send(); throw answer; }
    if (!answer.redirected || !answer.ok) { leaves = true; return form.requestSubmit(button); }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("form[data-writing]");
    if (!fresh) return location.assign(answer.url);
    const meanwhile = !same(state(), was);
    take(fresh, sent);
    document.querySelector(".list-head").replaceWith(page.querySelector(".list-head"));
    document.title = page.title;
    form.action = fresh.action;
    form.dataset.live = fresh.dataset.live;
    history.replaceState(null, "", answer.url);
    document.querySelector(".toast")?.remove();
    const toast = page.querySelector(".toast:has(a)");  // What others did is in it as well: that is said, with a way back.
    if (toast) {
      document.body.append(toast);
      Object.assign(toast.querySelector(".close"), { hidden: false, onclick: () => toast.remove() });
    }
    keep(meanwhile ? null : state());
    form.dispatchEvent(new CustomEvent("saved"));
    say(`Saved at ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}.`);
  } catch (answer) {
    if (answer.status !== 401) say("It could not be saved: the site does not answer. What you typed is still here.");
  } finally {
    saving = false;
  }
};

// What the server made of the fields; what was typed meanwhile stays. Where it made something else of the same field, the
// form goes on standing on what it was opened on: both are put together when it is saved again.
const ORIGIN = ["version", "revision", "base"];
const value = (field) => (field.name === "markdown" && field.form === form ? text.value : field.value);
const take = (fresh, sent) => {
  const apart = [...fresh.elements].some(({ name, type, value: made, checked }) => {
    const mine = form.elements[name], was = sent.get(name);
    if (type === "checkbox") return mine && mine.checked !== sent.has(name) && checked !== sent.has(name);
    return typeof was === "string" && type !== "submit" && !ORIGIN.includes(name) && mine && value(mine) !== was && made !== was;
  });
  const names = new Set([...form.elements].map((field) => field.name));
  for (const field of fresh.elements) {
    if (!field.name || field.type === "submit") continue;
    const mine = form.elements[field.name];
    if (apart && ORIGIN.includes(field.name)) continue;
    if (!names.has(field.name)) form.prepend(field.cloneNode());
    else if (field.name === "markdown") { if (text.value === sent.get("markdown")) text.take(field.value); }
    else if (field.type === "file") mine.value = "";
    else if (field.type === "checkbox") { if (mine.checked === sent.has(field.name)) mine.checked = field.checked; }
    else if (mine.value !== field.value && (sent.get(field.name) ?? "") === mine.value) {
      const made = field.value;
      if (field.options) mine.replaceChildren(...field.children);  // What is chosen may be new.
      mine.value = made;
    }
  }
  for (const part of ["[data-buttons]", "[data-kept]", "[data-told]", ".refusal"]) {
    const [mine, theirs] = [form.querySelector(part), fresh.querySelector(part)];
    if (mine && theirs) mine.replaceWith(theirs);
    else if (theirs) form.elements.title.closest(".of-field").before(theirs);
    else mine?.remove();
  }
};
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "s") {
    event.preventDefault();
    save();
  }
});
