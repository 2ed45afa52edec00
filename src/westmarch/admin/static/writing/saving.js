// A warning before what was typed is lost; Ctrl+S saves and stays where one is. What is refused comes back as a page, by
// the button itself.
import { changed, form, keep, onPause, same, say, state } from "./form.js";
import { text } from "./text.js";

let leaves = false, saving = false;
form.addEventListener("submit", ({ submitter }) => { leaves = submitter?.formTarget !== "_blank"; });
addEventListener("pageshow", () => { leaves = false; });
addEventListener("beforeunload", (event) => { if (!leaves && changed()) event.preventDefault(); });
onPause(() => { if (!saving) say(changed() ? "Not saved yet." : ""); }, 400);

const save = async () => {
  const button = form.querySelector("button[name=do][value=save]");
  if (!button || saving) return;
  saving = true;
  say("Saving …");
  const sent = new FormData(form), was = state();
  sent.set("do", "save");
  try {
    const answer = await fetch(form.action, { method: "POST", body: sent });
    if (!answer.redirected || !answer.ok) { leaves = true; return form.requestSubmit(button); }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("form[data-writing]");
    if (!fresh) return location.assign(answer.url);
    const meanwhile = !same(state(), was);
    take(fresh, sent);
    document.querySelector(".list-head").replaceWith(page.querySelector(".list-head"));
    document.title = page.title;
    form.action = fresh.action;
    history.replaceState(null, "", answer.url);
    keep(meanwhile ? null : state());
    form.dispatchEvent(new CustomEvent("saved"));
    say(`Saved at ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}.`);
  } catch {
    say("It could not be saved: the site does not answer. What you typed is still here.");
  } finally {
    saving = false;
  }
};

// What the server made of the fields; what was typed meanwhile stays.
const take = (fresh, sent) => {
  const names = new Set([...form.elements].map((field) => field.name));
  for (const field of fresh.elements) {
    if (!field.name || field.type === "submit") continue;
    const mine = form.elements[field.name];
    if (!names.has(field.name)) form.prepend(field.cloneNode());
    else if (field.name === "markdown") { if (text.value === sent.get("markdown")) text.take(field.value); }
    else if (field.type === "file") mine.value = "";
    else if (field.type === "checkbox") continue;
    else if (mine.value !== field.value && (sent.get(field.name) ?? "") === mine.value) mine.value = field.value;
  }
  for (const part of ["[data-buttons]", "[data-kept]", ".refusal"]) {
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
