// What script adds. Without it everything can be read, found and sent. A module is fetched where there is work for it.
import { keys } from "./keys.js";
import { button } from "./scheme-button.js";

const all = (selector) => [...document.querySelectorAll(selector)];

all("button.scheme").forEach(button);
addEventListener("keydown", keys);

const search = () => import("./search.js");
addEventListener("focusin", ({ target }) => target.matches("input[data-suggest]:not([role])") && search().then(({ suggest }) => suggest(target)));
if (document.querySelector("main.searching")) search().then(({ walk }) => addEventListener("keydown", walk));
if (document.querySelector("main[data-hx-target]")) import("./swap.js").then(({ swap }) => swap());

const listings = all("figure.code");
if (listings.length && navigator.clipboard) import("./copy.js").then(({ copy }) => copy(listings));

const contents = document.querySelector(".toc");
if (contents) import("./contents.js").then(({ follow }) => follow(contents));

if (document.querySelector(".fn")) import("./notes.js").then(({ notes }) => notes());

const films = all("a.video[data-embed]");
if (films.length) import("./films.js").then(({ film }) => films.forEach(film));

const pictures = all(".cover img, .prose figure img").filter((picture) => !picture.closest("a:not(.zoom), .embed"));
if (pictures.length) import("./lightbox.js").then(({ lightbox }) => lightbox(pictures));
