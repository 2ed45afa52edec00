// Who else has the post open, and whether somebody has saved it meanwhile: told by the server while this page is there.
import { form, onKept } from "./form.js";
import { tab } from "./journal.js";

const AGAIN = 3000;
const line = form.querySelector("[data-presence]");
let socket = null, told = null, waiting = null;

const names = (all) => (all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`);
const show = () => {
  const said = [];
  if (told) {
    const others = told.others.filter(({ you }) => !you).map(({ name }) => name);
    if (told.version !== form.elements.version.value) {
      said.push(`${told.you ? "You have saved this in another tab meanwhile" : `${told.by || "Somebody"} has saved this meanwhile`}. It is put together with what you type when you save.`);
    }
    if (others.length) said.push(`${names(others)} ${others.length === 1 ? "has" : "have"} this open too.`);
    if (told.others.some(({ you }) => you)) said.push("You have this open in another tab.");
  }
  const words = said.join(" ");
  if (line.textContent !== words) line.textContent = words;
};

const open = () => {
  const path = form.dataset.live;
  if (!path || socket || document.visibilityState === "hidden") return;
  clearTimeout(waiting);
  socket = new WebSocket(new URL(`${path}?tab=${tab}`, location.href.replace(/^http/, "ws")));
  socket.onmessage = ({ data }) => { told = JSON.parse(data); show(); };
  socket.onclose = ({ code }) => {
    [socket, told] = [null, null];
    show();
    waiting = setTimeout(open, code === 1008 ? 10 * AGAIN : AGAIN);
  };
};
onKept(() => { open(); show(); });
document.addEventListener("visibilitychange", open);
addEventListener("pageshow", open);
addEventListener("pagehide", () => socket?.close());
open();
