// Rich text from elsewhere as Markdown.
import { strikethrough, tables, taskListItems } from "@joplin/turndown-plugin-gfm";
import TurndownService from "turndown";

const MEANS = "a[href], strong, b, em, i, h1, h2, h3, h4, h5, h6, ul, ol, table, blockquote, pre, code, img, del, s, sup, sub, hr";
const KEPT = /^(https?:|\/)/;

const service = new TurndownService({ headingStyle: "atx", hr: "***", bulletListMarker: "-", codeBlockStyle: "fenced", emDelimiter: "*", strongDelimiter: "**" });
service.use([strikethrough, tables, taskListItems]);
service.remove(["script", "style", "title", "noscript", "template", "iframe", "object", "button", "select", "textarea"]);
const wrapped = (filter, mark) => ({ filter, replacement: (words) => (words.trim() ? `${mark}${words}${mark}` : words) });
service.addRule("higher", wrapped("sup", "^"));
service.addRule("lower", wrapped("sub", "~"));
service.addRule("marked", wrapped("mark", "=="));
// The title of a post is its first level.
service.addRule("headings", {
  filter: ["h1", "h2", "h3", "h4", "h5", "h6"],
  replacement: (words, node) => (words.trim() ? `\n\n${"#".repeat(Math.max(2, Number(node.nodeName[1])))} ${words.replace(/\s*\n\s*/g, " ")}\n\n` : ""),
});
service.addRule("items", {
  filter: "li",
  replacement: (words, node, options) => {
    const above = node.parentNode, first = Number(above.getAttribute("start") || 1);
    const mark = above.nodeName === "OL" ? `${first + [...above.children].indexOf(node)}. ` : `${options.bulletListMarker} `;
    const inside = words.trim().replace(/\n{2,}(?=\s*([-*]|\d+\.) )/g, "\n").replace(/\n/g, `\n${" ".repeat(mark.length)}`);
    return `${mark}${inside}${node.nextSibling ? "\n" : ""}`;
  },
});
// A picture that lies on the other's machine, or in the clipboard alone, cannot be shown.
service.addRule("pictures", {
  filter: (node) => node.nodeName === "IMG" && !KEPT.test(node.getAttribute("src") ?? ""),
  replacement: (_words, node) => node.getAttribute("alt") ?? "",
});
service.addRule("links", {
  filter: (node) => node.nodeName === "A" && !/^(https?:|mailto:|tel:|\/)/.test(node.getAttribute("href") ?? ""),
  replacement: (words) => words,
});

// What word processors write as style is meant as an element. It is read as text: a strict policy lets no style be.
const styled = (node, name) => node.getAttribute("style").match(new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;]+)`, "i"))?.[1].trim().toLowerCase() ?? "";
const meant = (page) => {
  for (const node of [...page.querySelectorAll("span[style], b[style], font[style]")]) {
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

// The Markdown of a piece of HTML; nothing where it says no more than its plain text does.
export const markdownOf = (html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const lost of page.querySelectorAll("meta, link, style, script, [aria-hidden=true]")) lost.remove();
  meant(page);
  if (!page.body.querySelector(MEANS)) return null;
  if (page.body.querySelector("pre, code") && !page.body.querySelector("p, h1, h2, h3, li, table")) return null;
  const made = service.turndown(page.body).replace(/\u00a0/g, " ").replace(/[ \t]+$/gm, "").replace(/\n{3,}/g, "\n\n").trim();
  return made || null;
};
