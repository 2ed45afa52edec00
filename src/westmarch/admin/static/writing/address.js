// What becomes of the address, while somebody types a title, a slug or an address. The server says it.
import { form } from "./form.js";

const line = form.querySelector("[data-address]");
const NAMES = ["title", "slug", "path", "published_at"];
let [asked, waiting] = [0, 0];

const ask = async () => {
  const mine = ++asked;
  const query = new URLSearchParams({ kind: form.dataset.kind, id: form.elements.post?.value ?? "" });
  for (const name of NAMES) query.set(name, form.elements[name]?.value ?? "");
  try {
    const answer = await fetch(`${line.dataset.address}?${query}`, { headers: { accept: "application/json" } });
    if (!answer.ok) return;
    const { says } = await answer.json();
    if (mine === asked && line.textContent !== says) line.textContent = says;
  } catch { /* The site does not answer: what was said before stays. */ }
};
form.addEventListener("input", (event) => {
  if (!NAMES.includes(event.target.name)) return;
  clearTimeout(waiting);
  waiting = setTimeout(ask, 250);
});
