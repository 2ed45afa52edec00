// What script adds to the form of a post: a warning before what was typed is lost, Ctrl+S, a preview beside the text,
// a count of words, and names offered behind each comma. Without it the form does all of its work by itself.
const form = document.querySelector("form[data-writing]");
const text = form.querySelector("[name=markdown]");
const said = form.querySelector("[data-said]");
const state = () => new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value.name ?? value])).toString();
const say = (words) => { said.dataset.told = words; show(); };
let saved = form.hasAttribute("data-unsaved") ? null : state();
let leaves = false;

// The line below the text: how many words, and what was said last.
const words = () => {
  if (!globalThis.Intl?.Segmenter) return (text.value.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’-]*/gu) ?? []).length;
  let number = 0;
  for (const part of new Intl.Segmenter(form.elements.language.value || undefined, { granularity: "word" }).segment(text.value)) number += part.isWordLike;
  return number;
};
const show = () => {
  let number;
  try { number = words(); } catch { number = text.value.split(/\s+/).filter(Boolean).length; }  // No tag of a language.
  said.textContent = [`${number.toLocaleString("en")} ${number === 1 ? "word" : "words"}`, said.dataset.told].filter(Boolean).join(" · ");
};
let waiting;
form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => say(state() === saved ? "" : "Not saved yet."), 400); });
show();

form.addEventListener("submit", ({ submitter }) => { leaves = submitter?.formTarget !== "_blank"; });
addEventListener("pageshow", () => { leaves = false; });
addEventListener("beforeunload", (event) => { if (!leaves && saved !== state()) event.preventDefault(); });

// Ctrl+S saves and stays where one is. What is refused comes back as a page, by the button itself.
let saving = false;
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
    const meanwhile = state() !== was;
    take(fresh, sent);
    document.querySelector(".list-head").replaceWith(page.querySelector(".list-head"));
    document.title = page.title;
    form.action = fresh.action;
    history.replaceState(null, "", answer.url);
    saved = meanwhile ? null : state();
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

// The preview beside the text. It lets no script run, and keeps its place when it is made anew. Scripts are taken out,
// or the browser would tell in its console of each that it stops.
const still = (html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const script of page.querySelectorAll("script, link[rel=modulepreload], link[as=script]")) script.remove();
  return `<!doctype html>${page.documentElement.outerHTML}`;
};
const beside = form.querySelector("[data-preview]");
const frame = beside.querySelector("iframe");
let asked = 0;
const preview = async (address) => {
  const sent = new FormData(form), number = ++asked;
  sent.delete("upload");
  try {
    const answer = await fetch(address, { method: "POST", body: sent });
    const made = await answer.text();
    if (number !== asked) return;
    if (!answer.ok) return say("There is no preview: save it to see what is wrong.");
    const top = frame.contentWindow?.scrollY ?? 0;
    frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, top), { once: true });
    frame.srcdoc = still(made);
    beside.hidden = false;
  } catch {
    say("There is no preview: the site does not answer.");
  }
};
let pausing;
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-shows]");
  if (!button) return;
  event.preventDefault();
  if (beside.hidden) preview(button.formAction).then(() => beside.scrollIntoView({ block: "nearest" }));
  else beside.hidden = true;
});
form.addEventListener("input", () => {
  if (beside.hidden) return;
  clearTimeout(pausing);
  pausing = setTimeout(() => preview(form.querySelector("[data-shows]").formAction), 500);
});

// A list of names offers them behind each comma: its options begin with what stands before it.
for (const field of form.querySelectorAll("[data-names]")) {
  const list = field.list, names = [...(list?.options ?? [])].map((option) => option.value);
  const quoted = (name) => (name.includes(",") || name.startsWith('"') ? `"${name.replaceAll('"', '""')}"` : name);
  let before = null;
  const offer = () => {
    const open = field.value.match(/^(?:\s*(?:"(?:[^"]|"")*"\s*|[^,]*),)*/)[0].trimEnd();
    if (open === before) return;
    before = open;
    list.replaceChildren(...names.map((name) => new Option("", [open, quoted(name)].filter(Boolean).join(" "))));
  };
  field.addEventListener("input", offer);
  field.addEventListener("focus", offer);
}
