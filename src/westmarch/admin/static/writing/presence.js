// Who else has the post open, and whether somebody has saved it meanwhile: told by the server while this page is there.
// What is not saved in other forms is offered where those are closed.
import { form, onKept } from "./form.js";
import { tab } from "./journal.js";

const AGAIN = 3000;
const line = form.querySelector("[data-presence]");
let socket = null, told = null, waiting = null, leaving = false;

const names = (all) => (all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`);

// What is typed in a form that is open is not offered beside it; where no word comes of who is there, it is.
const offers = async () => {
  const { held } = (await navigator.locks?.query()) ?? { held: [] };
  const here = new Set(held.map(({ name }) => name.replace(/^westmarch-/, "")));
  for (const offer of form.querySelectorAll("[data-offered]")) {
    const living = offer.hasAttribute("data-living");
    offer.hidden = living || here.has(offer.dataset.offered);
    if (!living) offer.querySelector("span")?.remove();
  }
};
const live = (tabs) => {
  for (const offer of form.querySelectorAll("[data-offered]")) offer.toggleAttribute("data-living", tabs.includes(offer.dataset.offered));
  offers();
};
const show = () => {
  const said = [];
  if (told) {
    const others = told.others.filter(({ you }) => !you).map(({ name }) => name);
    if (told.trashed) {
      said.push(`${told.you ? "You have put this into the trash, in another tab or window" : `${told.by || "Somebody"} has put this into the trash`}. What you type is kept; restore it to save.`);
    } else if (told.version !== form.elements.version.value) {
      said.push(`${told.you ? "You have saved this meanwhile, in another tab or window" : `${told.by || "Somebody"} has saved this meanwhile`}. It is put together with what you type when you save.`);
    }
    if (others.length) said.push(`${names(others)} ${others.length === 1 ? "has" : "have"} this open too.`);
    if (told.others.some(({ you }) => you)) said.push("You have this open in another tab or window, too.");
  }
  const words = said.join(" ");
  if (line.textContent !== words) line.textContent = words;
};

const open = () => {
  const path = form.dataset.live;
  if (!path || socket || document.visibilityState === "hidden") return;
  clearTimeout(waiting);
  leaving = false;
  socket = new WebSocket(new URL(`${path}?tab=${tab}`, location.href.replace(/^http/, "ws")));
  socket.onmessage = ({ data }) => { told = JSON.parse(data); show(); live(told.mine); };
  socket.onclose = ({ code }) => {
    socket = null;
    if (!leaving) { told = null; show(); live([]); }
    waiting = setTimeout(open, code === 1008 ? 10 * AGAIN : AGAIN);
  };
};
onKept(() => { open(); show(); });
document.addEventListener("visibilitychange", open);
addEventListener("pageshow", open);
addEventListener("focus", offers);
// Before the next page is asked for, which says what is open elsewhere. Who stays here after all is back in a moment.
const leave = () => { leaving = true; socket?.close(); };
addEventListener("beforeunload", leave);
addEventListener("pagehide", leave);
offers();
open();
