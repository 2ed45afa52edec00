// Notes: opened beside their mark. The list at the end stays what it is.
import { make, plain } from "./page.js";

export function notes() {
  const box = make("div", { className: "note-box", popover: "auto", tabIndex: -1, autofocus: true });
  box.setAttribute("role", "note");
  let open = null;
  const shut = () => open?.classList.remove("open");
  box.addEventListener("toggle", (event) => { if (event.newState === "closed") shut(); });
  document.querySelector("main").append(box);
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".fn a");
    const note = link && document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (!note || !plain(event)) return;
    event.preventDefault();
    shut();
    open = link.closest(".fn");
    open.classList.add("open");
    box.setAttribute("aria-label", link.textContent);
    box.replaceChildren(...copyOf(note));
    box.showPopover({ source: link });
  });
}

/** What a note says, without ids, of which a page has one each, and without the way back. */
function copyOf(note) {
  const copy = note.cloneNode(true);
  copy.querySelectorAll("[id]").forEach((element) => element.removeAttribute("id"));
  copy.querySelectorAll(".back").forEach((back) => back.remove());
  return copy.childNodes;
}
