// What this browser has of pages that are gone: it is sent to the server, which knows what of it was saved; the rest is
// offered where it was typed.
import { form } from "./form.js";
import { account, drop, kept as keptHere, put, tab } from "./journal.js";
import { store } from "./store.js";
import { text } from "./text.js";

// A page that is loaded once more offers what is not saved then: what it has taken is in another form by now.
if (new URLSearchParams(location.search).has("take")) history.replaceState(null, "", location.pathname);

const open = async () => {
  if (!navigator.locks) return new Set();
  const { held } = await navigator.locks.query();
  return new Set(held.map(({ name }) => name.replace(/^westmarch-/, "")));
};
const plain = (fields) => new Map([...fields].filter(([name, value]) => typeof value === "string" && value && !["tab", "sequence", "version", "account", "back", "do", "taken", "base", "revision"].includes(name)));
const same = (one, other) => one.size === other.size && [...one].every(([name, value]) => (other.get(name) ?? "").replaceAll("\r\n", "\n") === value.replaceAll("\r\n", "\n"));

const button = (words, properties) => Object.assign(document.createElement("button"), { className: "button plain", textContent: words, formNoValidate: true }, properties);
const go = (words, href) => Object.assign(document.createElement("a"), { className: "button plain", textContent: words, href });

// `kept` is the store of this browser, where the server takes the text not: then it is put into this form from there.
const offer = (entry, kept = null) => {
  const here = new URL(form.action), words = entry.fields.markdown?.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’-]*/gu)?.length ?? 0;
  const notice = Object.assign(document.createElement("div"), { className: "notice warn", role: "status" });
  notice.dataset.offered = entry.tab;
  const said = document.createElement("p");
  said.textContent = `Not saved: ${words.toLocaleString("en")} ${words === 1 ? "word" : "words"}, ${new Date(entry.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}, in this browser${kept ? " alone" : ""}.`;
  const ways = Object.assign(document.createElement("p"), { className: "go" });
  if (kept) {
    const done = () => { kept.remove(entry.tab); notice.remove(); };
    ways.append(
      button("Take it", { type: "button", onclick: async () => { fill(entry); if (await keptHere()) done(); } }), " ",
      button("Throw it away", { type: "button", onclick: () => { if (confirm("Throw this text away? It cannot be taken back.")) done(); } }),
    );
  } else {
    ways.append(
      go("Take it", `${here.pathname}?take=${entry.tab}`), " ", go("Show what differs", `${form.dataset.journal}${entry.tab}/`), " ",
      button("Throw it away", { name: "throw", value: entry.tab, formAction: form.dataset.journal }),
    );
  }
  notice.append(said, ways);
  form.querySelector(`[data-offered="${entry.tab}"]`)?.remove();
  form.elements.title.closest(".of-field").before(notice);
};
// The form stands on what that text was typed on: what others have saved since is put together with it.
const fill = ({ base, fields }) => {
  for (const field of form.elements) {
    if (!field.name || ["submit", "file"].includes(field.type) || ["account", "back", "post", "taken"].includes(field.name)) continue;
    if (field.name === "markdown") text.take(fields.markdown ?? "");
    else if (field.type === "checkbox") field.checked = field.name in fields;
    else if (field.name === "version") field.value = base;
    else if (field.name in fields) field.value = fields[field.name];
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
};

const recover = async () => {
  const kept = await store;
  if (!kept) return;
  const [entries, there] = [await kept.all(), await open()];
  const taken = (form.elements.taken?.value ?? "").split(" "), post = Number(form.elements.post?.value) || null;
  const saved = plain(new FormData(form));
  for (const entry of entries.filter((each) => each.account === account && each.tab !== tab && !there.has(each.tab))) {
    if (taken.includes(entry.tab)) { await kept.remove(entry.tab); continue; }
    const answer = await put(entry);
    if (answer.fault) {
      if (entry.kind === form.dataset.kind && entry.post === post && !same(plain(Object.entries(entry.fields)), saved)) offer(entry, kept);
      continue;
    }
    await kept.remove(entry.tab);
    if (!answer.kept || entry.kind !== form.dataset.kind || answer.post !== post) continue;
    if (same(plain(Object.entries(entry.fields)), saved)) await drop(entry.tab);
    else offer(entry);
  }
};
recover();
