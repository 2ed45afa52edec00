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

// The link of the picture that somebody chose from the page at `address`, or nothing.
export const pick = (address) => new Promise((resolve, reject) => {
  let picked = null;
  const dialog = document.createElement("dialog");
  dialog.className = "picking";
  dialog.setAttribute("aria-label", "Choose a picture");
  dialog.innerHTML = '<div class="part-head"><h2>Choose a picture</h2><button class="button plain" type="button">Close</button></div><div data-body></div>';
  document.body.append(dialog);
  dialog.querySelector("button").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.remove(); resolve(picked); });
  dialog.addEventListener("click", (event) => {
    const chosen = event.target.closest("a[data-id]");
    const other = event.target.closest(".paging a, .empty a");
    if (chosen) {
      event.preventDefault();
      picked = chosen;
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
  load(dialog, address).then(() => dialog.showModal()).catch((error) => { dialog.remove(); reject(error); });
});

for (const picker of document.querySelectorAll("[data-picker]")) {
  const [link, field] = [picker.querySelector(".picked a"), picker.querySelector("input")];
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    const picked = await pick(link.href);
    if (picked) choose(field, picked.dataset.id);
    link.focus();
  });
  field.addEventListener("change", () => shown(picker, /^[0-9]+$/.test(field.value.trim()) ? field.value.trim() : ""));
  withoutNumber(picker, field);
}
