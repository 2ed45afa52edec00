// How far a work is, by a WebSocket; at its end the page shows what came of it. Where none comes the page asks again.
const work = document.querySelector("[data-live]");
const [bar, words] = [work.querySelector("progress"), work.querySelector("p")];
let ended = false;

const again = (seconds) => setTimeout(() => location.reload(), seconds * 1000);

const address = new URL(work.dataset.live, location.href);
address.protocol = address.protocol.replace("http", "ws");
const socket = new WebSocket(address);
socket.addEventListener("message", ({ data }) => {
  const told = JSON.parse(data);
  if (!told.running) {
    ended = true;
    location.reload();
    return;
  }
  words.textContent = told.words;
  if (told.percent === null) bar.removeAttribute("value");
  else [bar.max, bar.value] = [100, told.percent];
});
socket.addEventListener("close", () => { if (!ended) again(3); });
addEventListener("pagehide", () => { ended = true; socket.close(); });
