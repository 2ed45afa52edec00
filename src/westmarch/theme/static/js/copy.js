// Code: a button on every listing that copies it as it was written.
import { make, say } from "./page.js";

const REST = 2000;

export function copy(listings) {
  const told = make("p", { className: "away" });
  told.setAttribute("role", "status");
  document.body.append(told);
  for (const listing of listings) listing.querySelector("pre").before(buttonOf(listing.querySelector("code"), told));
}

/** A button that copies what stands in `code`, and has it said in `told`. */
function buttonOf(code, told) {
  const button = make("button", { type: "button", className: "copy", textContent: say("copy") });
  let waiting;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(textOf(code));
    } catch {
      getSelection().selectAllChildren(code); // Refused: then the keys for copying do it.
      return;
    }
    button.textContent = told.textContent = say("copied");
    clearTimeout(waiting);
    waiting = setTimeout(() => { button.textContent = say("copy"); told.textContent = ""; }, REST);
  });
  return button;
}

/** The code as it was written, without the numbers that an old blog may have put before its lines. */
function textOf(code) {
  const written = code.cloneNode(true);
  written.querySelectorAll(".lineno, .linenos, .ln").forEach((number) => number.remove());
  return written.textContent.replace(/\n$/, "");
}
