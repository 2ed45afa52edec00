// The journal: what is typed is kept in this browser at once and on the server within two seconds, until it is saved. The
// line below the text says at each moment what is kept where.
import { changed, form, onKept, say, state } from "./form.js";
import { store } from "./store.js";
import { text } from "./text.js";

const SOON = 1000, LATE = 2500, AGAIN = 3000, PATIENCE = 10_000, LAST = 60_000;
const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
export const tab = hex(crypto.getRandomValues(new Uint8Array(16)));
export const account = Number(form.dataset.account);
const address = form.dataset.journal;
let sequence = 0;      // Of what is typed now.
let here = 0, there = 0;  // What of it this browser has, and the server.
let refuses = false;   // Whether this browser keeps nothing.
let behind = 0;        // Since when the server has not the newest.
let fault = "";        // Why the server has it not: "away", "ill" (it answers that it cannot), "out", "large", or words.
let undone = "";       // The button that was pressed and did nothing for that.

form.addEventListener("formdata", ({ formData }) => { formData.set("tab", tab); formData.set("sequence", sequence); });
if (navigator.locks) navigator.locks.request(`westmarch-${tab}`, () => new Promise(() => {}));  // While this page is there.

const APART = new Set(["tab", "sequence", "version", "account", "back", "do", "taken", "resolve"]);
const value = (name) => form.elements[name]?.value ?? "";
const entry = () => {
  const fields = Object.fromEntries([...new FormData(form)].filter(([name, each]) => typeof each === "string" && !APART.has(name) && !name.startsWith("choice-")));
  const post = Number(value("post")) || null;
  return { tab, account, sequence, kind: form.dataset.kind, post, base: value("version"), taken: value("taken"), fields, at: Date.now() };
};
const clock = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

// The line.
const SILENT = { away: "does not answer", ill: "cannot keep it at this moment", large: "takes no text that is so large" };
let told = "";
const tell = () => {
  if (!changed()) return;
  const kept = here === sequence ? "Kept in this browser" : "Not kept in this browser";
  const again = undone ? ` “${undone}” was not done: press it again${fault ? " then" : ""}.` : "";
  const late = performance.now() - behind > LATE;
  const soon = there && !fault && !late ? told : `${here === sequence ? "Kept in this browser, n" : "N"}ot saved yet.`;
  if (fault === "out") say(`Signed out. ${kept}.${again}`, { words: "Sign in again", href: form.dataset.signIn });
  else if (SILENT[fault] && refuses) say(`Kept nowhere: this browser keeps nothing, and the site ${SILENT[fault]}. Leave this page open.${again}`);
  else if (SILENT[fault]) say(`${kept}: the site ${SILENT[fault]}.${again}`);
  else if (fault) say(`${kept}: ${fault}`);
  else if (there === sequence) say((told = `Kept on the server at ${clock()}, not saved.${refuses ? " This browser keeps nothing." : ""}`) + again);
  else say(soon + again);
};
export const safe = () => !changed() || here === sequence || there === sequence;

// This browser: one write after the other, each of the newest state. The larger the text, the more time is between.
let writing = null;
const remember = () => {
  writing ??= (async () => {
    const into = await store;
    refuses = !into;
    while (into && here < sequence) {
      const began = performance.now(), now = entry();
      try {
        await into.put(now);
        here = now.sequence;
        refuses = false;
      } catch { refuses = true; break; }
      tell();
      if (here < sequence) await new Promise((resolve) => { setTimeout(resolve, Math.min(5 * (performance.now() - began), 200)); });
    }
    writing = null;
    tell();
  })();
  return writing;
};

// The server.
const ask = (method, body) => fetch(address + body.tab, {
  method, headers: { "content-type": "application/json" }, body: JSON.stringify(body), credentials: "same-origin", signal: AbortSignal.timeout(PATIENCE),
});
// What the server says to an entry: { sequence, kept }, or why it has it not.
export const put = async (now) => {
  try {
    const answer = await ask("PUT", now);
    if (answer.ok) return await answer.json();
    if (answer.status === 401) return { fault: "out" };
    if (answer.status === 403) return { fault: "somebody else is signed in here." };
    if (answer.status === 409) return { fault: "too many unsaved texts are on the server." };
    return { fault: [413, 422].includes(answer.status) ? "large" : "ill" };
  } catch { /* No network, no server, or no answer in time. */ }
  return { fault: "away" };
};
export const drop = (which) => ask("DELETE", { tab: which }).catch(() => {});

let sending = null, waiting = null;
const later = (pause) => { waiting ??= setTimeout(() => { waiting = null; send(); }, pause); };
export const send = () => {
  sending ??= (async () => {
    clearTimeout(waiting);
    waiting = null;
    const now = entry(), began = performance.now(), answer = await put(now);
    sending = null;
    fault = answer.fault ?? "";
    if (!fault) [there, behind] = [Math.max(there, now.sequence), began];
    tell();
    if (fault) later(AGAIN);
    else if (there < sequence) later(SOON);
  })();
  return sending;
};

// Each change: looked at once the browser has drawn it, and with a pause after where that takes long.
let [version, small, looks, rests] = [text.version, state().small, null, 0];
const look = () => {
  clearTimeout(looks);
  looks = null;
  const began = performance.now();
  if (text.version === version) {
    const now = state().small;
    if (now === small) return;
    small = now;
  }
  version = text.version;
  if (there === sequence) {
    behind = performance.now();
    setTimeout(tell, LATE + 50);
  }
  sequence += 1;
  if (changed()) { remember(); later(SOON); } else settle(true);
  rests = performance.now() + Math.min(5 * (performance.now() - began), 500);
};
const noticed = () => { looks ??= setTimeout(look, Math.max(rests - performance.now(), 0)); };
// Whether all that is typed is on the server then, so that a button (by its words) can do what it does; else it is said.
export const flush = async (button) => {
  undone = "";
  look();
  if (sending) await sending;
  if (there < sequence || fault) await send();
  if (!["away", "ill", "out", "large"].includes(fault)) return true;
  undone = button;
  tell();
  return false;
};
// All that is typed is in this browser then, or it is known that it keeps nothing.
export const kept = async () => {
  look();
  await remember();
  return here === sequence;
};
// All is as it is saved: nothing of it has to be kept.
const settle = async (everywhere) => {
  const until = sequence;
  fault = undone = "";
  say("");
  await writing;
  if (until !== sequence) return;
  here = there = sequence;
  (await store)?.remove(tab).catch(() => {});
  if (everywhere) drop(tab);
};
form.addEventListener("input", noticed);
form.addEventListener("change", noticed);
text.onChange(noticed);
onKept(() => {
  [version, small] = [text.version, state().small];
  if (changed()) { sequence += 1; remember(); later(SOON); } else settle(false);
});
for (const what of ["online", "focus"]) addEventListener(what, () => { if (fault) send(); });
addEventListener("pagehide", () => {
  look();
  if (there === sequence || !changed()) return;
  const body = JSON.stringify(entry());
  if (body.length < LAST) fetch(address + tab, { method: "PUT", headers: { "content-type": "application/json" }, body, keepalive: true }).catch(() => {});
});

// What came back unsaved is kept as it stands.
if (form.hasAttribute("data-unsaved") && (value("title") || text.value)) {
  sequence = 1;
  remember().then(send);
}
