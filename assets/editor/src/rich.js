// Rich text from elsewhere as Markdown.
import { tables, taskListItems } from "@joplin/turndown-plugin-gfm";
import TurndownService from "turndown";
import { pageOf } from "./pages.js";
import { BREAK, hold, PICTURE, written } from "./signs.js";
import { stress } from "./stress.js";

const MEANS = "p, a[href], strong, b, em, i, h1, h2, h3, h4, h5, h6, ul, ol, table, blockquote, pre, code, img, del, s, sup, sub, hr";
const KEPT = /^(https?:|\/)/;
const MOST_PICTURES = 50;

const service = new TurndownService({ headingStyle: "atx", hr: "***", br: BREAK, bulletListMarker: "-", codeBlockStyle: "fenced" });
service.escape = hold;
service.use([tables, taskListItems]);
service.remove(["script", "style", "title", "noscript", "template", "iframe", "object", "button", "select", "textarea"]);
const line = (words) => words.replaceAll(BREAK, "").replace(/\s*\n\s*/g, " ").trim();
const wrapped = (filter, mark) => ({ filter, replacement: (words) => (words.trim() ? `${mark}${words}${mark}` : words) });
// Small marks hold one word without marks of its own; others are elements.
const small = (filter, mark) => ({
  filter,
  replacement: (words) => {
    if (!words.trim()) return words;
    return /^[\p{L}\p{N}+−,()-]{1,100}$/u.test(words) ? `${mark}${words}${mark}` : `<${filter}>${words}</${filter}>`;
  },
});
service.addRule("higher", small("sup", "^"));
service.addRule("lower", small("sub", "~"));
service.addRule("strong", { filter: ["strong", "b"], replacement: (words) => stress("strong", words) });
service.addRule("emphasis", { filter: ["em", "i"], replacement: (words) => stress("em", words) });
service.addRule("struck", { filter: ["del", "s", "strike"], replacement: (words) => stress("del", words) });
service.addRule("marked", wrapped("mark", "=="));
service.addRule("addresses", { filter: (node) => node.nodeName === "X-ADDRESS", replacement: (_words, node) => node.textContent });
// The title of a post is its first level.
service.addRule("headings", {
  filter: ["h1", "h2", "h3", "h4", "h5", "h6"],
  replacement: (words, node) => (line(words) ? `\n\n${"#".repeat(Math.max(2, Number(node.nodeName[1])))} ${line(words)}\n\n` : ""),
});
service.addRule("items", {
  filter: "li",
  replacement: (words, node, options) => {
    const above = node.parentNode, first = Number(above.getAttribute("start") || 1);
    const mark = above.nodeName === "OL" ? `${first + [...above.children].indexOf(node)}. ` : `${options.bulletListMarker} `;
    const inside = words.trim().replace(/\n{2,}(?=\s*([-*]|\d+\.) )/g, "\n").replace(/\n/g, `\n${" ".repeat(mark.length)}`);
    return `${mark}${inside.replace(/^(\[[ x]\]) +/, "$1 ")}${node.nextSibling ? "\n" : ""}`;
  },
});
const destination = (address) => address.replace(/[\s<>()\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);
const titled = (node) => {
  const title = line(node.getAttribute("title") ?? "").replace(/["\\]/g, "\\$&");
  return title && ` "${title}"`;
};
// A picture that lies on the other's machine cannot be shown; one that comes along is brought into the library.
service.addRule("pictures", {
  filter: "img",
  replacement: (_words, node) => {
    const [source, alt] = [node.getAttribute("src") ?? "", hold(line(node.getAttribute("alt") ?? ""))];
    if (KEPT.test(source)) return `![${alt}](${destination(source)}${titled(node)})`;
    return /^data:image\//i.test(source) ? ` ${PICTURE} ` : alt && ` ${alt} `;
  },
});
service.addRule("links", {
  filter: (node) => node.nodeName === "A",
  replacement: (words, node) => {
    const address = (node.getAttribute("href") ?? "").trim(), inside = line(words);
    if (!inside || !/^(https?:|mailto:|tel:|\/)/.test(address) || inside.includes(PICTURE)) return words;
    if (node.textContent.trim() === address && /^https?:[^\s<>\\]+$/.test(address)) return `<${address}>`;
    return `[${inside}](${destination(address)}${titled(node)})`;
  },
});

const file = (address, number) => {
  const [, type, kind, body] = address.match(/^data:(image\/([a-z]+)[^;,]*);base64,(.+)$/is) ?? [];
  if (!type) return null;
  try {
    return new File([Uint8Array.from(atob(body.replace(/\s/g, "")), (each) => each.charCodeAt(0))], `picture-${number + 1}.${kind}`, { type });
  } catch {
    return null;
  }
};

// The Markdown of a piece of HTML, with the pictures that came in it and where they belong; nothing where it says no more
// than its plain text does.
export const markdownOf = (html) => {
  const page = pageOf(html);
  if (!page.body.querySelector(MEANS)) return null;
  if (page.body.querySelector("pre, code") && !page.body.querySelector("p, h1, h2, h3, li, table")) return null;
  const sources = [...page.querySelectorAll("img")].map((node) => node.getAttribute("src") ?? "").filter((source) => /^data:image\//i.test(source));
  const made = written(service.turndown(page.body).replace(/\u00a0/g, " ").replace(/[ \t]+$/gm, "")).replace(/\n{3,}/g, "\n\n").trim();
  let words = "";
  const parts = made.split(new RegExp(` *${PICTURE} *`)), pictures = [];
  for (const [number, part] of parts.entries()) {
    words += words && !/\n$/.test(words) && part && !part.startsWith("\n") ? ` ${part}` : part;
    const found = number < parts.length - 1 && number < MOST_PICTURES && file(sources[number] ?? "", number);
    if (found) pictures.push({ file: found, at: words.length });
  }
  // Nothing can stand between the rows of a table.
  for (const picture of pictures) {
    const end = words.indexOf("\n\n", picture.at);
    if (words.slice(words.lastIndexOf("\n", picture.at - 1) + 1).startsWith("|")) picture.at = end < 0 ? words.length : end;
  }
  return words || pictures.length ? { words, pictures } : null;
};
