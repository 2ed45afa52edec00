// Shows the address that a new post would get while somebody types the pattern. The server says it without script.
const field = document.querySelector("#f-permalink");
const line = document.querySelector("[data-permalink]");
const shown = line.querySelector("output");
const example = shown.textContent;
if (example) {
  const today = new Date();
  const two = (number) => String(number).padStart(2, "0");
  const parts = {
    slug: "a-walk-by-the-sea", id: "128", year: String(today.getFullYear()),
    month: two(today.getMonth() + 1), day: two(today.getDate()),
  };
  const fits = (text) =>
    text.startsWith("/") && !text.includes("//") && /\{(slug|id)\}/.test(text) &&
    /^[\p{L}\p{N}_/.~@+,=-]*$/u.test(text.replace(/\{(slug|id|year|month|day)\}/g, ""));
  field.addEventListener("input", () => {
    const text = field.value.trim();
    const path = text.replace(/\{(slug|id|year|month|day)\}/g, (_, name) => parts[name]);
    shown.textContent = fits(text) ? line.dataset.permalink + encodeURI(path) : "no address: a pattern begins with a slash and holds {slug} or {id}";
  });
}
