// Films: the player is asked for when it is wanted, and not before.
import { make, plain } from "./page.js";

export function film(link) {
  link.addEventListener("click", (event) => {
    if (!plain(event)) return;
    event.preventDefault();
    const frame = make("iframe", {
      src: link.dataset.embed,
      title: link.querySelector(".video-title")?.textContent ?? "",
      allow: "autoplay; fullscreen; picture-in-picture",
      allowFullscreen: true,
    });
    link.replaceWith(frame);
    frame.focus();
  });
}
