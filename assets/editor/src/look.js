// The colours of the admin: those of its theme, so that light and dark come by themselves.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const frame = EditorView.theme({
  "&.cm-editor": { backgroundColor: "var(--raised)", color: "var(--ink)", blockSize: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "0.9375rem", lineHeight: "1.7", overflowX: "hidden", overscrollBehavior: "contain" },
  ".cm-content": { padding: "1rem 0 35vh", fontFamily: "inherit", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 1.25rem" },
  ".cm-cursor, .cm-dropCursor": { borderInlineStartColor: "var(--ink)", borderInlineStartWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "color-mix(in oklab, var(--accent) 22%, var(--raised))",
  },
  ".cm-searchMatch": { backgroundColor: "color-mix(in oklab, var(--warn) 25%, transparent)", outline: "none" },
  ".cm-searchMatch.cm-searchMatch-selected": { backgroundColor: "color-mix(in oklab, var(--warn) 50%, transparent)" },
  ".cm-specialChar": { color: "var(--bad)" },
  ".cm-panels": { backgroundColor: "var(--paper)", color: "var(--ink)", zIndex: "2" },
  ".cm-panels-top": { borderBlockEnd: "1px solid var(--rule)" },
  ".cm-panel.cm-search": { display: "flex", flexWrap: "wrap", alignItems: "center", gap: "0.35rem", padding: "0.5rem 2.5rem 0.5rem 0.75rem", font: "var(--type-small)" },
  ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", gap: "0.3rem", fontSize: "inherit", margin: "0", marginInlineEnd: "0.4rem" },
  ".cm-panel.cm-search input, .cm-panel.cm-search button": { margin: "0" },
  ".cm-panel.cm-search [name=close]": { inlineSize: "2rem", blockSize: "2rem", insetBlockStart: "0.35rem", insetInlineEnd: "0.35rem", fontSize: "1.25rem", color: "var(--ink-2)", cursor: "pointer" },
  ".cm-textfield": { minBlockSize: "2rem", flexGrow: "1", border: "1px solid var(--rule-2)", borderRadius: "4px", backgroundColor: "var(--raised)", color: "var(--ink)", font: "inherit", padding: "0.2rem 0.5rem" },
  // Each field begins a line, with its buttons beside it, or below it where it is narrow.
  ".cm-panel.cm-search input[name=search]": { flexBasis: "max(100% - 16rem, min(100%, (28rem - 100%) * 999))" },
  ".cm-panel.cm-search input[name=replace]": { flexBasis: "max(100% - 12rem, min(100%, (28rem - 100%) * 999))" },
  ".cm-button": { minBlockSize: "2rem", border: "1px solid var(--rule-2)", borderRadius: "4px", backgroundColor: "transparent", backgroundImage: "none", color: "var(--ink)", font: "inherit", padding: "0.2rem 0.6rem", cursor: "pointer" },
  ".cm-button:hover": { borderColor: "var(--ink)" },
  ".cm-tooltip": { border: "1px solid var(--rule-2)", borderRadius: "6px", backgroundColor: "var(--raised)", color: "var(--ink)", boxShadow: "0 0.75rem 2rem oklch(0 0 0 / 0.12)", overflow: "hidden" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--sans)", fontSize: "0.875rem", maxHeight: "min(34rem, 75vh)", maxInlineSize: "min(30rem, 92vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.3rem 0.75rem", lineHeight: "1.4" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--sunken)", color: "var(--ink)", boxShadow: "inset 3px 0 var(--accent)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-completionDetail": { fontStyle: "normal", color: "var(--ink-2)", marginInlineStart: "0.75rem", fontSize: "0.8125rem" },
});

const marks = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "700" },
  { tag: tags.heading1, fontWeight: "700", fontSize: "1.2em" },
  { tag: tags.heading2, fontWeight: "700", fontSize: "1.1em" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.strong, fontWeight: "700" },
  { tag: tags.strikethrough, textDecoration: "line-through" },
  { tag: tags.link, color: "var(--accent)" },
  { tag: [tags.url, tags.labelName], color: "var(--ink-2)" },
  { tag: [tags.processingInstruction, tags.contentSeparator, tags.meta, tags.atom], color: "var(--ink-3)" },
  { tag: tags.monospace, backgroundColor: "var(--sunken)" },
  { tag: tags.quote, color: "var(--ink-2)" },
  { tag: tags.comment, color: "var(--ink-3)", fontStyle: "italic" },
  { tag: [tags.tagName, tags.angleBracket, tags.attributeName, tags.attributeValue], color: "var(--ink-2)" },
  { tag: tags.special(tags.monospace), color: "var(--accent)" },
]);

export const look = [frame, syntaxHighlighting(marks)];
