// Asks what a picture shows. The answer is null where the picture is not wanted after all, and empty where there are no words.
const LONGEST = 1_000;

const small = async (file, canvas) => {
  try {
    const picture = await createImageBitmap(file, { resizeHeight: 240, resizeQuality: "medium" });
    [canvas.width, canvas.height] = [picture.width, picture.height];
    canvas.getContext("2d").drawImage(picture, 0, 0);
    canvas.hidden = false;
  } catch { /* What the browser cannot show, the site may know. */ }
};

export const words = (file) => new Promise((resolve) => {
  const dialog = document.createElement("dialog");
  dialog.className = "describing";
  dialog.setAttribute("aria-labelledby", "describing");
  dialog.innerHTML = `<form method="dialog"><h2 id="describing">What does the picture show?</h2>
<canvas hidden aria-hidden="true"></canvas>
<p><bdi></bdi></p>
<div class="of-field"><label for="describing-words">In words</label>
<textarea class="field" id="describing-words" rows="3" maxlength="${LONGEST}" dir="auto" aria-describedby="describing-hint"></textarea>
<p class="hint" id="describing-hint">Read to those who cannot see it, and shown where it cannot be loaded.</p></div>
<p class="go"><button class="button" value="insert">Insert</button> <button class="button plain" value="none">It only decorates</button> <button class="button plain" value="cancel">Cancel</button></p></form>`;
  const field = dialog.querySelector("textarea");
  dialog.querySelector("bdi").textContent = file.name;
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); dialog.close("insert"); }
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(dialog.returnValue === "insert" ? field.value.trim() : dialog.returnValue === "none" ? "" : null);
  });
  document.body.append(dialog);
  small(file, dialog.querySelector("canvas"));
  dialog.showModal();
  field.focus();
});
