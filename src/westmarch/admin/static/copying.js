// A button beside each address or secret that copies it. Without script it can be marked and copied by hand.
for (const field of document.querySelectorAll("[data-copied]")) {
  const [row, button] = [document.createElement("span"), document.createElement("button")];
  row.className = "copied";
  button.className = "button plain";
  button.type = "button";
  button.textContent = "Copy";
  field.replaceWith(row);
  row.append(field, button);
  button.addEventListener("click", async () => {
    if (field.select) field.select();
    else getSelection().selectAllChildren(field);
    try {
      await navigator.clipboard.writeText(field.value ?? field.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Marked";
    }
  });
}
