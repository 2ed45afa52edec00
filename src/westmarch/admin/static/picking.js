// Pictures are chosen in a dialog. Without script its page opens beside the form, and shows the number of each.
const shown = (picker, id) => {
  picker.querySelector("img")?.remove();
  if (!id) return;
  const picture = document.createElement("img");
  picture.src = `${picker.dataset.picker}${id}/picture/`;
  picture.alt = "The picture that is chosen";
  picker.querySelector(".picked").prepend(picture);
};

const choose = (field, id) => {
  field.value = id;
  for (const what of ["input", "change"]) field.dispatchEvent(new Event(what, { bubbles: true }));
};

// Who can use the dialog needs no numbers. A number that was refused stays to be seen.
const withoutNumber = (picker, field) => {
  if (field.getAttribute("aria-invalid")) return;
  picker.classList.add("by-dialog");
  const none = document.createElement("button");
  none.type = "button";
  none.className = "button plain";
  none.textContent = "No picture";
  none.addEventListener("click", () => { choose(field, ""); picker.querySelector(".picked a").focus(); });
  picker.querySelector(".picked").append(none);
  const tell = () => { none.hidden = !field.value.trim(); };
  field.addEventListener("change", tell);
  tell();
};

const load = async (dialog, address) => {
  const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
  const main = page.querySelector("main");
  main.querySelector(".list-head")?.remove();
  main.querySelector(":scope > .hint")?.remove();
  dialog.querySelector("[data-body]").replaceChildren(...main.childNodes);
};

const open = (picker) => {
  const [link, field] = [picker.querySelector(".picked a"), picker.querySelector("input")];
  const dialog = document.createElement("dialog");
  dialog.className = "picking";
  dialog.setAttribute("aria-label", "Choose a picture");
  dialog.innerHTML = '<div class="part-head"><h2>Choose a picture</h2><button class="button plain" type="button">Close</button></div><div data-body></div>';
  document.body.append(dialog);
  dialog.querySelector("button").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.remove(); link.focus(); });
  dialog.addEventListener("click", (event) => {
    const chosen = event.target.closest("a[data-id]");
    const other = event.target.closest(".paging a, .empty a");
    if (chosen) {
      event.preventDefault();
      choose(field, chosen.dataset.id);
      dialog.close();
    } else if (other && other.href.includes("/pick/")) {
      event.preventDefault();
      load(dialog, other.href);
    }
  });
  dialog.addEventListener("submit", (event) => {
    event.preventDefault();
    const address = new URL(event.target.action);
    address.search = new URLSearchParams(new FormData(event.target));
    load(dialog, address);
  });
  load(dialog, link.href).then(() => dialog.showModal());
};

for (const picker of document.querySelectorAll("[data-picker]")) {
  picker.querySelector(".picked a").addEventListener("click", (event) => { event.preventDefault(); open(picker); });
  const field = picker.querySelector("input");
  field.addEventListener("change", () => shown(picker, /^[0-9]+$/.test(field.value.trim()) ? field.value.trim() : ""));
  withoutNumber(picker, field);
}
