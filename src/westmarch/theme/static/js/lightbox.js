// Pictures: the large one over the page, with what is said under it, and the others one key away.
import { make, plain, say } from "./page.js";

export function lightbox(pictures) {
  const shown = pictures.filter((picture) => opener(picture));
  if (!shown.length) return;

  const large = make("img", {});
  const caption = make("figcaption", {});
  const count = make("span", { className: "count" });
  const figure = make("figure", {}, large, caption);
  figure.setAttribute("aria-live", "polite");
  const rightToLeft = document.documentElement.dir === "rtl";
  const [back, on] = rightToLeft ? ["\u2192", "\u2190"] : ["\u2190", "\u2192"];
  const tool = (name, sign, act) => {
    const button = make("button", { type: "button", className: name, title: say(name), textContent: sign });
    button.setAttribute("aria-label", say(name));
    button.addEventListener("click", act);
    return button;
  };
  const box = make("dialog", { className: "lightbox" }, figure);
  let at = 0;
  const show = (number) => {
    at = (number + shown.length) % shown.length;
    const picture = shown[at];
    const said = picture.closest("figure")?.querySelector("figcaption");
    large.width = picture.getAttribute("width") ?? picture.naturalWidth;
    large.height = picture.getAttribute("height") ?? picture.naturalHeight;
    large.alt = picture.alt;
    large.srcset = picture.srcset;
    large.sizes = "100vw";
    large.src = picture.closest("a.zoom")?.href ?? picture.src;
    caption.replaceChildren(...(said ? said.cloneNode(true).childNodes : [picture.alt]));
    count.textContent = `${at + 1} / ${shown.length}`;
    box.setAttribute("aria-label", picture.alt || caption.textContent);
  };
  const step = (by) => () => show(at + by);
  const bar = make("div", { className: "bar" });
  if (shown.length > 1) {
    bar.append(tool("previous picture", back, step(-1)), count, tool("next picture", on, step(1)));
  }
  bar.append(tool("close", "\u00d7", () => box.close()));
  box.append(bar);
  document.body.append(box);

  box.addEventListener("click", (event) => { if ([box, figure, large].includes(event.target)) box.close(); });
  box.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || !plain(event)) return;
    event.preventDefault();
    show(at + (rightToLeft ? -by : by));
  });
  shown.forEach((picture, number) => opener(picture).addEventListener("click", (event) => {
    if (!plain(event)) return;
    event.preventDefault();
    show(number);
    box.showModal();
  }));
}

/** What opens a picture: the link around it, or a button that is made; none where nothing would name it. */
function opener(picture) {
  const there = picture.closest("a.zoom, button.zoom");
  if (there) return there;
  const name = picture.alt || picture.closest("figure")?.querySelector("figcaption")?.textContent.trim();
  if (!name) return null;
  const button = make("button", { type: "button", className: "zoom" });
  button.setAttribute("aria-label", name);
  picture.replaceWith(button);
  button.append(picture);
  return button;
}
