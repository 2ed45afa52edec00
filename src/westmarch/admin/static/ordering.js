// Rows of a form in an order: `<ol data-ordering>` of `<li>`, each with buttons `data-move="up"` and `data-move="down"`.
// Without script the buttons send the form. With it they move the row where it stands, and rows can be dragged by a
// handle; the form is sent by its own button. A row with `data-fixed` stays at the end.
for (const list of document.querySelectorAll("[data-ordering]")) {
  const rows = () => [...list.children].filter((row) => !("fixed" in row.dataset));
  const said = document.createElement("p");
  said.className = "hint";
  said.setAttribute("role", "status");
  list.after(said);

  const settle = (row) => {
    const all = rows();
    all.forEach((each, number) => {
      each.querySelector('[data-move="up"]').disabled = number === 0;
      each.querySelector('[data-move="down"]').disabled = number === all.length - 1;
      for (const button of each.querySelectorAll('button[name="do"]')) {
        button.value = button.value.replace(/\d+$/, number);
      }
    });
    said.textContent = `Moved to place ${all.indexOf(row) + 1} of ${all.length}. Not saved yet.`;
    list.dispatchEvent(new Event("input", { bubbles: true }));
  };

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("li");
    const all = rows();
    const other = all[all.indexOf(row) + (button.dataset.move === "up" ? -1 : 1)];
    if (!other) return;
    if (button.dataset.move === "up") other.before(row);
    else other.after(row);
    settle(row);
    (button.disabled ? row.querySelector("[data-move]:not(:disabled)") : button)?.focus();
  });

  // Alt and an arrow move the row in which the focus is.
  list.addEventListener("keydown", (event) => {
    const way = event.altKey && { ArrowUp: "up", ArrowDown: "down" }[event.key];
    const button = way && event.target.closest("li")?.querySelector(`[data-move="${way}"]`);
    if (!button) return;
    event.preventDefault();
    const { target } = event;
    button.click();
    target.focus();
  });

  let dragged = null;
  for (const row of rows()) {
    const handle = document.createElement("span");
    handle.className = "handle";
    handle.setAttribute("aria-hidden", "true");
    handle.draggable = true;
    handle.addEventListener("dragstart", (event) => {
      dragged = row;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
      event.dataTransfer.setDragImage(row, 0, 0);
      row.classList.add("dragged");
    });
    handle.addEventListener("dragend", () => {
      row.classList.remove("dragged");
      settle(row);
      dragged = null;
    });
    row.prepend(handle);
  }
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!dragged || !over || over.parentElement !== list || "fixed" in over.dataset) return;
    event.preventDefault();
    if (over === dragged) return;
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(dragged);
    else over.after(dragged);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
}
