// A button beside each address that copies it. Without script it can be marked and copied by hand.
for (const field of document.querySelectorAll("[data-copied]")) {
  const [row, button] = [document.createElement("div"), document.createElement("button")];
  row.className = "copied";
  button.className = "button plain";
  button.type = "button";
  button.textContent = "Copy";
  field.replaceWith(row);
  row.append(field, button);
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Marked";
    }
  });
}
