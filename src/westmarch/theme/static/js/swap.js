// The catalogue and the search in place: htmx fetches the page that a link or the form leads to, and lets this one
// become it. The templates say which links those are, by data-hx-boost.
import "../htmx/htmx.js";

export function swap() {
  let from = null;
  document.addEventListener("htmx:before:request", ({ target }) => {
    from = ["details.sorts", ".paging", ".chosen"].find((part) => target.closest?.(part));
  });
  document.addEventListener("htmx:after:swap", () => {
    // The form keeps what script has made of it, so its words are brought in line with the address.
    const field = document.querySelector(".find input[name=q]");
    if (field && document.activeElement !== field) field.value = new URLSearchParams(location.search).get("q") ?? "";
    // Where the link is no more, who goes by keyboard goes on from what it changed.
    if (from && document.activeElement === document.body) {
      (document.querySelector(`${from} summary`) ?? document.querySelector(".catalogue-body a"))?.focus({ preventScroll: true });
    }
    from = null;
  });
  // Where nothing comes back, the browser asks itself, and says why.
  document.addEventListener("htmx:error", ({ detail }) => {
    if (detail.ctx) location.assign(detail.ctx.request.action);
  });
}
