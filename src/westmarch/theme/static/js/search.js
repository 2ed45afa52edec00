// Suggestions below a search field while somebody types, and the arrow keys through results.
import { make, plain, say } from "./page.js";

/** So long nothing is asked after a key, in milliseconds. */
const PAUSE = 80;
let lists = 0;

/** Offer what the words in the field may become: a combobox with a list (ARIA APG). */
export function suggest(field) {
  if (field.role) return;
  const list = make("ul", { className: "offers", id: `offers-${++lists}`, role: "listbox", ariaLabel: say("search"), hidden: true });
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-controls", list.id]]) field.setAttribute(name, value);
  field.form.append(list);
  let at = -1, wait = 0, asked = null;

  const offers = () => [...list.children];
  const open = (is) => {
    list.hidden = !is;
    field.setAttribute("aria-expanded", String(is));
    if (!is) choose(-1);
  };
  const choose = (next) => {
    at = next;
    offers().forEach((offer, number) => offer.setAttribute("aria-selected", String(number === at)));
    const chosen = offers()[at];
    if (chosen) {
      field.setAttribute("aria-activedescendant", chosen.id);
      chosen.scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  };
  const base = field.dataset.suggest.replace(/\/api\/v1\/find\/suggest$/, "");
  const show = ({ suggestions }) => {
    list.replaceChildren(...suggestions.map(({ kind, text, path }, number) => {
      const offer = make("li", { id: `${list.id}-${number}`, role: "option" }, make("bdi", { textContent: text }),
        make("span", { className: "remark", textContent: say(`kind ${kind}`) }));
      offer.dataset.path = base + path.split("/").map(encodeURIComponent).join("/");
      return offer;
    }));
    open(suggestions.length > 0 && document.activeElement === field);
    choose(-1);
  };
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const q = field.value.trim();
    if (!q) return open(false);
    try {
      const answer = await fetch(`${field.dataset.suggest}?${new URLSearchParams({ q: field.value, size: 7 })}`, { signal: asked.signal });
      if (answer.ok) show(await answer.json());
      else open(false);
    } catch { /* The next key asks again; without suggestions the field is a field. */ }
  };
  field.addEventListener("input", () => {
    clearTimeout(wait);
    wait = setTimeout(ask, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing || !plain(event)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      const many = offers().length;
      choose(at + step < -1 ? many - 1 : at + step >= many ? -1 : at + step);
    } else if (event.key === "Enter" && at >= 0) location.assign(offers()[at].dataset.path);
    else if (event.key === "Escape") open(false);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // The field keeps the focus.
  list.addEventListener("click", (event) => {
    const offer = event.target.closest("[role=option]");
    if (offer) location.assign(offer.dataset.path);
  });
  field.addEventListener("blur", () => open(false));
  field.form.addEventListener("submit", () => {
    clearTimeout(wait);
    asked?.abort();
    open(false);
  });
  open(false);
  if (field.value !== field.defaultValue) ask();
}

/** Down and up from the field through the results, and back. */
export function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.defaultPrevented || !plain(event)) return;
  const field = [...document.querySelectorAll("input[data-suggest]")].find((each) => each.checkVisibility());
  const links = [...document.querySelectorAll(".found h3 a")];
  const here = event.target === field ? -1 : links.indexOf(event.target);
  if (here < 0 && (event.target !== field || step < 0)) return;
  const next = here + step < 0 ? field : links[here + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}
