// Tells how well a colour can be read while it is chosen: the server reckons, as it does for the page.
const field = document.querySelector("#f-accent");
const told = document.querySelector("[data-shades]");
let waiting, asked = 0;
field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const number = ++asked;
    const answer = await fetch(`${told.dataset.shades}?accent=${encodeURIComponent(field.value)}`).catch(() => null);
    if (number !== asked || !answer?.ok || answer.redirected) return;
    const made = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (number === asked) told.replaceChildren(...made.body.childNodes);
  }, 150);
});
