// When a post becomes public by the clock of whoever writes, where that is another one than the site's.
import { form } from "./form.js";

const field = form.elements.published_at, site = field.dataset.zone;
const line = document.createElement("span");
document.getElementById(`${field.id}-hint`).append(" ", line);

// What a clock shows at a moment, as the milliseconds that it would be where there are no zones.
const shows = (zone, moment) => {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(moment);
  const of = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(of.year, of.month - 1, of.day, of.hour, of.minute, of.second);
};
const told = () => {
  const found = field.value.match(/^\s*(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})/);
  if (!found) return "";
  const [year, month, day, hour, minute] = found.slice(1).map(Number), wanted = Date.UTC(year, month - 1, day, hour, minute);
  let moment = wanted;
  for (let turn = 0; turn < 2; turn += 1) moment += wanted - shows(site, moment);  // Once more where clocks are set between.
  if (shows(site, moment) !== wanted) return "";  // An hour that clocks skip.
  const mine = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (shows(mine, moment) === wanted) return "";
  return `By your clock: ${new Date(moment).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}.`;
};
const show = () => {
  let words = "";
  try { words = told(); } catch { /* A zone that this browser does not know. */ }
  if (line.textContent !== words) line.textContent = words;
};
field.addEventListener("input", show);
form.addEventListener("saved", show);
show();
