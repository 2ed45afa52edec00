// What word processors and pages of the web hand over, put as the elements that are meant. Styles are read as text: a strict
// policy lets no style be.
import { hold } from "./signs.js";

const styled = (node, name) => (node.getAttribute("style") ?? "").match(new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;]+)`, "i"))?.[1].trim().toLowerCase() ?? "";
const all = (page, selector) => [...page.querySelectorAll(selector)];

const marks = (page) => {
  for (const node of all(page, "span[style], b[style], font[style]")) {
    const [weight, own] = [styled(node, "font-weight"), node.nodeName === "B"];
    if (own && (weight === "normal" || weight === "400")) {
      node.replaceWith(...node.childNodes);
      continue;
    }
    let inner = node;
    const into = (name) => { const made = page.createElement(name); made.append(...inner.childNodes); inner.append(made); inner = made; };
    if (!own && (weight === "bold" || Number(weight) >= 600)) into("strong");
    if (styled(node, "font-style") === "italic") into("em");
    if (styled(node, "text-decoration(?:-line)?").includes("line-through")) into("s");
  }
};

// Word writes items as paragraphs, which say their level and bring their bullet or number as words.
const items = (page) => {
  const level = (node) => (node?.nodeName === "P" && /MsoListParagraph/.test(node.className) ? Number(styled(node, "mso-list").match(/level(\d)/)?.[1] ?? 0) : 0);
  const waiting = new Set(all(page, "p[class*=MsoListParagraph]").filter(level));
  for (const begin of waiting) {
    const open = [];  // The lists that are open, the innermost last.
    for (let node = begin, next; node && waiting.has(node); node = next) {
      next = node.nextElementSibling;
      waiting.delete(node);
      const depth = level(node), ignored = all(node, "[style]").filter((each) => styled(each, "mso-list") === "ignore");
      const mark = ignored.map((each) => each.textContent).join("").trim();
      for (const each of ignored) each.remove();
      const name = /^\(?(?:\d+|[a-z]{1,4})[.)]/i.test(mark) ? "ol" : "ul";
      while (open.length && (open.at(-1).depth > depth || (open.at(-1).depth === depth && open.at(-1).list.localName !== name))) open.pop();
      if (!open.length || open.at(-1).depth < depth) {
        const list = page.createElement(name), number = parseInt(mark.replace("(", ""), 10);
        if (number > 1) list.setAttribute("start", String(number));
        if (open.length) open.at(-1).list.lastElementChild.append(list);
        else node.before(list);
        open.push({ depth, list });
      }
      const item = page.createElement("li");
      item.append(...node.childNodes);
      open.at(-1).list.append(item);
      node.remove();
    }
  }
  // A list directly within a list belongs to the item before it.
  for (const list of all(page, "ul > ul, ul > ol, ol > ul, ol > ol")) {
    const before = list.previousElementSibling;
    if (before?.nodeName === "LI") before.append(list);
    else {
      const item = page.createElement("li");
      list.before(item);
      item.append(list);
    }
  }
};

const tables = (page) => {
  for (const node of all(page, "colgroup, col")) node.remove();
  for (const caption of all(page, "caption")) {
    const words = page.createElement("p");
    words.append(...caption.childNodes);
    caption.closest("table").before(words);
    caption.remove();
  }
  for (const table of all(page, "table")) {
    if (table.querySelector("th, thead, table") || table.rows.length < 2) continue;
    for (const cell of [...table.rows[0].cells]) {
      const head = page.createElement("th");
      for (const { name, value } of cell.attributes) head.setAttribute(name, value);
      head.append(...cell.childNodes);
      cell.replaceWith(head);
    }
  }
};

const code = (page) => {
  for (const node of all(page, "pre")) {
    for (const end of all(node, "br")) end.replaceWith("\n");
    const made = page.createElement("code"), inner = node.querySelector("code");
    if (inner) made.className = inner.className;
    made.textContent = node.textContent;
    node.replaceChildren(made);
  }
  for (const node of all(page, "code")) {
    while (node.nextSibling?.nodeName === "CODE") {
      node.append(...node.nextSibling.childNodes);
      node.nextSibling.remove();
    }
    node.textContent = node.closest("td, th") ? node.textContent.replace(/\|/g, hold) : node.textContent;
  }
};

const links = (page) => {
  for (const node of all(page, "a[href]")) {
    const found = node.getAttribute("href");
    if (!/^https?:\/\/(?:www\.)?google\.[a-z.]+\/url\?/.test(found)) continue;
    const asked = new URL(found).searchParams, real = asked.get("q") ?? asked.get("url") ?? "";
    if (/^https?:/.test(real)) node.setAttribute("href", real);
  }
};

// Addresses in words are links by themselves, and no marks are read in them.
const ADDRESS = /(?<![A-Za-z0-9])(?:https?|ftp):\/\/[\p{L}\p{N}][^\s<>{"“”„«»'’`\\|，。、；：！？（）「」『』《》【】]*/u;
const addresses = (page) => {
  const walk = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT), found = [];
  while (walk.nextNode()) if (walk.currentNode.data.includes("://") && !walk.currentNode.parentNode.closest("a, code")) found.push(walk.currentNode);
  for (const node of found) {
    const parts = [];
    let rest = node.data;
    for (let match; (match = ADDRESS.exec(rest)); ) {
      const kept = match[0].replace(/(?:[?!.,:*_~;…)\]]|&[A-Za-z\d]{1,31};)+$/, ""), made = page.createElement("x-address");
      made.textContent = kept;
      parts.push(rest.slice(0, match.index), made);
      rest = rest.slice(match.index + kept.length);
    }
    if (parts.length) node.replaceWith(...parts, rest);
  }
};

export const pageOf = (html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const lost of all(page, "meta, link, style, script, [aria-hidden=true]")) lost.remove();
  for (const put of [items, marks, tables, code, links, addresses]) put(page);
  return page;
};
