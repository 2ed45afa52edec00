// What is no place for marks: code, formulas and HTML, as the text is understood.
import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";

const CODE = /Code|Formula|HTML/;

export const inCode = (state, at) => {
  const tree = ensureSyntaxTree(state, at, 50) ?? syntaxTree(state);
  for (let node = tree.resolveInner(at, -1); node; node = node.parent) if (CODE.test(node.name)) return true;
  return false;
};
