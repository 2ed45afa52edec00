// Sends files one after the other and tells how far each is; they can be dropped, too. Without script the form does it.
const form = document.querySelector("[data-upload]");
const [field, list] = [form.querySelector("input[type=file]"), form.querySelector(".sending")];
form.querySelector("[data-scripted]").hidden = false;
let turn = Promise.resolve();
let [waiting, refused] = [0, 0];

const line = (name) => {
  const item = document.createElement("li");
  const words = document.createElement("bdi");
  const bar = document.createElement("progress");
  words.textContent = name;
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", name);
  item.append(words, bar);
  list.append(item);
  return [item, bar];
};

const send = (file, bar) => new Promise((resolve) => {
  const [request, data] = [new XMLHttpRequest(), new FormData()];
  data.append("file", file, file.name);
  request.open("POST", form.action);
  request.setRequestHeader("accept", "application/json");
  request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = event.loaded / event.total; });
  request.addEventListener("loadend", () => {
    let told = {};
    try { told = JSON.parse(request.responseText); } catch { /* No answer, or that of something between. */ }
    if (request.status === 200) resolve("");
    else resolve(told.message || `“${file.name}” did not arrive. Send it again.`);
  });
  request.send(data);
});

const take = (files) => {
  for (const file of files) {
    const [item, bar] = line(file.name);
    waiting += 1;
    turn = turn.then(async () => {
      const fault = await send(file, bar);
      bar.value = 1;
      if (fault) {
        refused += 1;
        bar.remove();
        const words = document.createElement("p");
        words.className = "fault";
        words.textContent = fault;
        item.append(words);
      }
      waiting -= 1;
      if (waiting) return;
      if (!refused) location.assign(form.action);
      else if (list.children.length > refused && !form.querySelector("[data-again]")) {
        const again = document.createElement("p");
        again.dataset.again = "";
        again.innerHTML = '<a class="button plain">Show those that are uploaded</a>';
        again.firstChild.href = form.action;
        form.append(again);
      }
    });
  }
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  take([...field.files]);
  field.value = "";
});
const files = (event) => event.dataTransfer?.types.includes("Files");
addEventListener("dragover", (event) => {
  if (!files(event)) return;
  event.preventDefault();
  form.classList.add("over");
});
addEventListener("dragleave", (event) => { if (!event.relatedTarget) form.classList.remove("over"); });
addEventListener("drop", (event) => {
  if (!files(event)) return;
  event.preventDefault();
  form.classList.remove("over");
  take([...event.dataTransfer.files]);
});
addEventListener("beforeunload", (event) => { if (waiting) event.preventDefault(); });
