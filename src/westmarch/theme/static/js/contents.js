// Contents: open where there is room, folded where there is none, and marking the section that is being read.

/** How far down the window the line is that a heading must pass to be read: further down towards the page's end. */
const LINE = 0.3;

export function follow(toc) {
  const details = toc.querySelector("details");
  const links = [...toc.querySelectorAll("a")];
  const heads = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  const wide = matchMedia("(width >= 56em)");
  let chosen = null; // The heading that was jumped to is the one that is read until the reader moves on.
  let asked = false;

  const read = () => {
    if (chosen) return heads.indexOf(chosen);
    const rest = document.documentElement.scrollHeight - innerHeight - scrollY;
    const line = innerHeight * (LINE + (1 - LINE) * Math.max(0, 1 - rest / innerHeight));
    return heads.findLastIndex((head) => head && head.getBoundingClientRect().top <= line);
  };
  const mark = () => {
    asked = false;
    const at = read();
    links.forEach((link, i) => {
      if (i !== at) link.removeAttribute("aria-current");
      else if (!link.hasAttribute("aria-current")) {
        link.setAttribute("aria-current", "true");
        keepInView(toc, link);
      }
    });
  };
  const later = () => { if (!asked) asked = Boolean(requestAnimationFrame(mark)); };
  const jumped = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    chosen = heads.includes(target) ? target : null;
    later();
  };
  const movedOn = () => { chosen = null; };

  addEventListener("scroll", later, { passive: true });
  addEventListener("resize", later, { passive: true });
  addEventListener("hashchange", jumped);
  for (const kind of ["wheel", "touchmove", "keydown"]) addEventListener(kind, movedOn, { passive: true });
  toc.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    // Folded before the jump, so that the place is found where it will be.
    if (!wide.matches) details.open = false;
    chosen = heads[links.indexOf(link)];
    later();
  });
  const fold = () => { details.open = wide.matches; };
  wide.addEventListener("change", fold);
  fold();
  if (location.hash) jumped();
  mark();
}

/** Scrolls contents that are longer than the window, and nothing but them. */
function keepInView(toc, link) {
  const place = link.getBoundingClientRect();
  const box = toc.getBoundingClientRect();
  if (place.top < box.top || place.bottom > box.bottom) toc.scrollTop += place.top - box.top - box.height / 2;
}
