// What this browser has of pages that are gone: it is sent to the server, which knows what of it was saved; the rest is
// offered where it was typed.
import { form } from "./form.js";
import { account, drop, put, tab } from "./journal.js";
import { store } from "./store.js";

const open = async () => {
  if (!navigator.locks) return new Set();
  const { held } = await navigator.locks.query();
  return new Set(held.map(({ name }) => name.replace(/^westmarch-/, "")));
};
const plain = (fields) => new Map([...fields].filter(([name, value]) => typeof value === "string" && value && !["tab", "sequence", "version", "back", "do", "taken", "base", "revision"].includes(name)));
const same = (one, other) => one.size === other.size && [...one].every(([name, value]) => (other.get(name) ?? "").replaceAll("\r\n", "\n") === value.replaceAll("\r\n", "\n"));

const offer = (entry) => {
  const here = new URL(form.action), words = entry.fields.markdown?.match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}'’-]*/gu)?.length ?? 0;
  const notice = document.createElement("div");
  notice.className = "notice warn";
  notice.dataset.offered = entry.tab;
  notice.role = "status";
  const said = document.createElement("p");
  said.textContent = `Not saved: ${words.toLocaleString("en")} ${words === 1 ? "word" : "words"}, ${new Date(entry.at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}, in this browser.`;
  const ways = document.createElement("p");
  ways.className = "go";
  for (const [text, href] of [["Take it", `${here.pathname}?take=${entry.tab}`], ["Show what differs", `${form.dataset.journal}${entry.tab}/`]]) {
    const link = document.createElement("a");
    [link.className, link.href, link.textContent] = ["button plain", href, text];
    ways.append(link, " ");
  }
  const button = document.createElement("button");
  [button.className, button.name, button.value, button.formAction, button.formNoValidate] = ["button plain", "throw", entry.tab, form.dataset.journal, true];
  button.textContent = "Throw it away";
  ways.append(button);
  notice.append(said, ways);
  form.elements.title.closest(".of-field").before(notice);
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
    if (answer.fault) continue;
    await kept.remove(entry.tab);
    if (!answer.kept || entry.kind !== form.dataset.kind || answer.post !== post) continue;
    if (same(plain(Object.entries(entry.fields)), saved)) await drop(entry.tab);
    else if (!form.querySelector(`[data-offered="${entry.tab}"]`)) offer(entry);
  }
};
recover();
