// The colour scheme: light, dark, or as the system has it. The first press always changes what is seen.
import { say } from "./page.js";

const root = document.documentElement;
const night = matchMedia("(prefers-color-scheme: dark)");
const now = () => root.dataset.scheme ?? "system";
const looks = (scheme) => scheme === "system" ? (night.matches ? "dark" : "light") : scheme;
const chosen = () => { try { return localStorage.getItem("scheme"); } catch { return null; } };

function wear(scheme) {
  if (scheme === "light" || scheme === "dark") root.dataset.scheme = scheme;
  else if (scheme === "system") delete root.dataset.scheme; // Who has chosen nothing has what the site begins with.
}

export function button(element) {
  const name = () => {
    element.title = `${say("scheme")}: ${say(now())}`;
    element.setAttribute("aria-label", element.title);
  };
  element.addEventListener("click", () => {
    const order = night.matches ? ["system", "light", "dark"] : ["system", "dark", "light"];
    const at = order.indexOf(now());
    let next = order[(at + 1) % 3];
    if (chosen() === null && looks(next) === looks(now())) next = order[(at + 2) % 3];
    try { localStorage.setItem("scheme", next); } catch { /* A private window forgets. */ }
    wear(next);
    name();
  });
  // Another window chose, or this page was kept while another one of the site chose.
  const read = () => {
    wear(chosen());
    name();
  };
  addEventListener("storage", (event) => { if (event.key === "scheme" || event.key === null) read(); });
  addEventListener("pageshow", (event) => { if (event.persisted) read(); });
  name();
  element.hidden = false;
}
