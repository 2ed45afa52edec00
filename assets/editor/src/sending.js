// A file to the library. Resolves with what it is there; rejects with a sentence for the writer.
const AWAY = "did not arrive: the site does not answer.";

export const send = (address, file, alt, tell) => new Promise((resolve, reject) => {
  const [request, data] = [new XMLHttpRequest(), new FormData()];
  const name = file.name || "The picture";
  data.append("file", file, file.name || "picture");
  data.append("alt", alt);
  request.open("POST", address);
  request.setRequestHeader("accept", "application/json");
  request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) tell(event.loaded / event.total); });
  request.addEventListener("loadend", () => {
    let told = null;
    try { told = JSON.parse(request.responseText); } catch { /* No answer, or that of something between. */ }
    if (request.status === 200 && told?.files?.length) resolve(told.files[0]);
    else if (told?.message) reject(new Error(told.message));
    else if (request.status === 401 || request.responseURL.includes("/sign-in/")) reject(new Error(`“${name}” did not arrive: you are signed out. Sign in in another tab, and try again.`));
    else reject(new Error(`“${name}” ${AWAY}`));
  });
  request.send(data);
});
