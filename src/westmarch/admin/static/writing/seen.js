// How the post looks in search engines and as a card, and how long the words for them are, while somebody types.
import { form, onPause } from "./form.js";
import { text } from "./text.js";

const shown = form.querySelector("[data-seen]");
const value = (name) => (form.elements[name]?.value ?? "").replace(/\s+/g, " ").trim();
const put = (what, words) => {
  for (const place of shown.querySelectorAll(`[data-seen-${what}]`)) if (place.textContent !== words) place.textContent = words;
};

// How the text begins, nearly as the server says it: without the signs of Markdown.
const begins = () => {
  const all = text.value.slice(0, 4_000);
  const first = all.split(/\n\s*\n/).find((block) => /[\p{L}\p{N}]/u.test(block) && !/^\s*(#|```|~~~|!\[|:::)/.test(block)) ?? "";
  const words = first.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[*_`>#]+/g, "").replace(/\s+/g, " ").trim();
  return words.length > 200 ? `${words.slice(0, 200).replace(/\s\S*$/, "")}…` : words;
};

const counters = [...form.querySelectorAll("[data-most]")].map((field) => {
  const line = document.createElement("span");
  line.className = "so-long";
  document.getElementById(`${field.id}-hint`).append(" ", line);
  return () => {
    const [length, most] = [[...field.value.trim()].length, Number(field.dataset.most)];
    const words = length ? `This has ${length}.` : "";
    if (line.textContent !== words) line.textContent = words;
    line.classList.toggle("over", length > most);
  };
});

const frame = shown.querySelector(".seen-picture");
const picture = frame.querySelector("img") ?? frame.appendChild(Object.assign(new Image(), { alt: "", hidden: true }));
const own = picture.getAttribute("src") ?? "";
const show = () => {
  for (const count of counters) count();
  if (!shown.closest("details").open) return;
  put("title", value("meta_title") || value("title") || "Without a title");
  put("words", value("meta_description") || value("standfirst") || begins() || shown.dataset.begins);
  const chosen = form.querySelector(".picker .picked img")?.getAttribute("src") ?? (own.includes("/admin/media/") ? "" : own);
  if ((picture.getAttribute("src") ?? "") !== chosen) picture.setAttribute("src", chosen);
  picture.hidden = !chosen;
};
onPause(show, 60);
form.addEventListener("change", show);
shown.closest("details").addEventListener("toggle", show);
show();
