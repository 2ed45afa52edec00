// The preview beside the text: made anew after each pause, with only what differs put in, and scrolled in step.
import { form, onPause, say } from "./form.js";
import { text } from "./text.js";

const PAUSE = 120, OPEN = "preview-open";
const beside = form.querySelector("[data-preview]");
const frame = beside.querySelector("iframe");
const paper = () => frame.contentDocument;
let [asked, busy, again, steps] = [0, false, false, "text"];

// Lines of the text beside the places of what was made of them, from above to below.
let places = null;
const measured = () => {
  if (places) return places;
  const top = frame.contentWindow.scrollY;
  places = [];
  for (const block of paper().querySelectorAll("[data-line]")) {
    const line = Number(block.dataset.line), place = block.getBoundingClientRect().top + top;
    const last = places.at(-1);
    if (line && (!last || (line > last.line && place >= last.place))) places.push({ line, place });
  }
  return places;
};
const between = (value, from, to) => {
  const all = measured(), next = all.findIndex((each) => each[from] > value);
  if (!all.length) return null;
  if (next === 0) return to === "place" ? 0 : 1;
  if (next < 0) return all.at(-1)[to];
  const [above, below] = [all[next - 1], all[next]];
  return above[to] + (below[to] - above[to]) * (value - above[from]) / (below[from] - above[from]);
};

// Whichever side is scrolled leads; the other one follows, and what it tells meanwhile is no wish of the writer's.
const lead = (side) => { steps = side; };
for (const what of ["pointerenter", "wheel", "touchstart", "keydown", "focusin"]) {
  form.querySelector("[data-text]").addEventListener(what, () => lead("text"), { passive: true });
}
const follow = () => {
  if (beside.hidden || steps !== "text" || !paper()?.body) return;
  const place = text.top <= 1.01 ? 0 : between(text.top, "line", "place");
  if (place !== null) frame.contentWindow.scrollTo({ top: place - (place ? 8 : 0), behavior: "instant" });
};
const followed = () => {
  if (beside.hidden || steps !== "preview") return;
  const line = between(frame.contentWindow.scrollY + 8, "place", "line");
  if (line !== null) text.top = line;
};
text.onScroll(() => requestAnimationFrame(follow));

// What is as it was stays, with its pictures; of what differs only the innermost is put anew.
const bare = (node) => (node.outerHTML ?? node.data).replace(/ data-line="\d+"/g, "");
const shell = (node) => (node.nodeType === 1 ? bare(node.cloneNode(false)) : null);
const marked = (node) => (node.nodeType === 1 ? [node, ...node.querySelectorAll("[data-line]")] : []).filter((each) => each.dataset.line);
const renumber = (mine, theirs) => {
  const fresh = marked(theirs);
  marked(mine).forEach((each, number) => { each.dataset.line = fresh[number]?.dataset.line ?? each.dataset.line; });
};
const put = (mine, theirs) => {
  const [old, fresh] = [[...mine.childNodes], [...theirs.childNodes]];
  const [before, after] = [old.map(bare), fresh.map(bare)];
  const most = Math.min(old.length, fresh.length);
  let [from, end] = [0, 0];
  while (from < most && before[from] === after[from]) { renumber(old[from], fresh[from]); from += 1; }
  while (end < most - from && before.at(-1 - end) === after.at(-1 - end)) { renumber(old.at(-1 - end), fresh.at(-1 - end)); end += 1; }
  const [gone, come] = [old.slice(from, old.length - end), fresh.slice(from, fresh.length - end)];
  if (gone.length === come.length && gone.every((node, number) => shell(node) === shell(come[number]))) {
    gone.forEach((node, number) => {
      if (bare(node) === bare(come[number])) renumber(node, come[number]);
      else if (node.nodeType !== 1) node.data = come[number].data;
      else {
        if (come[number].dataset.line) node.dataset.line = come[number].dataset.line;
        put(node, come[number]);
      }
    });
    return;
  }
  const rest = old[old.length - end] ?? null;
  for (const node of gone) node.remove();
  for (const node of come) mine.insertBefore(mine.ownerDocument.importNode(node, true), rest);
};
// What a page looks like by: its words in other places of the head do not matter here.
const dress = (page) => [page.documentElement, page.body].map(shell).concat([...page.head.querySelectorAll("link[rel=stylesheet], style")].map(bare)).join("");
const show = async (made) => {
  const page = new DOMParser().parseFromString(made, "text/html");
  for (const script of page.querySelectorAll("script")) script.remove();  // None runs in there.
  if (paper()?.body && dress(paper()) === dress(page)) put(paper().body, page.body);
  else {
    const top = frame.contentWindow?.scrollY ?? 0;
    await new Promise((resolve) => { frame.addEventListener("load", resolve, { once: true }); frame.srcdoc = `<!doctype html>${page.documentElement.outerHTML}`; });
    const inside = frame.contentWindow;
    inside.scrollTo({ top, behavior: "instant" });
    for (const what of ["pointerenter", "wheel", "touchstart", "keydown"]) paper().addEventListener(what, () => lead("preview"), { passive: true, capture: true });
    inside.addEventListener("scroll", () => requestAnimationFrame(followed), { passive: true });
    paper().addEventListener("load", () => { places = null; }, true);  // Pictures that have come.
    new ResizeObserver(() => { places = null; follow(); }).observe(paper().body);
  }
  places = null;
};

const address = () => form.querySelector("[data-shows]").formAction;
const preview = async () => {
  if (busy) { again = true; return; }
  [busy, again] = [true, false];
  const sent = new FormData(form), number = ++asked;
  sent.delete("upload");
  sent.set("lines", "1");
  try {
    const answer = await fetch(address(), { method: "POST", body: sent });
    const made = await answer.text();
    if (!answer.ok) return say("There is no preview: save it to see what is wrong.");
    if (number !== asked) return;
    beside.hidden = false;
    await show(made);
    follow();
  } catch {
    say("There is no preview: the site does not answer.");
  } finally {
    busy = false;
    if (again) preview();
  }
};

const remember = (open) => { try { localStorage.setItem(OPEN, open ? "1" : ""); } catch { /* It is not remembered. */ } };
const tell = () => { for (const button of document.querySelectorAll("[data-shows]")) button.setAttribute("aria-pressed", String(!beside.hidden)); };
export const toggle = async () => {
  if (beside.hidden) {
    await preview();
    if (!matchMedia("(width >= 60rem)").matches) beside.scrollIntoView({ block: "nearest" });
  } else {
    asked += 1;
    beside.hidden = true;
  }
  remember(!beside.hidden);
  tell();
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-shows]");
  if (!button) return;
  event.preventDefault();
  toggle();
});
onPause(() => { if (!beside.hidden) preview(); }, PAUSE);
