// The text of the form, whether it stands in the plain field or in the editor. Everything else asks here for it:
//
//   value              all of it; lines end with \n; setting it is the same as take
//   length, version    cheap: how long it is, and a number that another text never has
//   onChange(call)     calls after each change, whoever made it; to be quick in it is up to who is called. The form hears
//                      of each change, too: an `input` event of the plain field
//   replace(from, to, words)  puts words in the place of a part; can be undone
//   take(value)        makes all of it this, as one change that can be undone; what is alike stays, and so does the cursor
//   selection          { from, to }
//   top                the line at the upper edge, from 1, with its fraction; can be set
//   onScroll(call)     calls when it was scrolled
//   focus()            puts the cursor into it
//   busy               whether something is still to come into it, as a picture that is under way ("coming") or did not
//                      arrive ("failed"); else empty
export const area = document.querySelector("form[data-writing] [name=markdown]");

const changed = new Set(), scrolled = new Set();
let version = 0;
const change = () => { version += 1; for (const call of changed) call(); };
const tell = () => area.dispatchEvent(new Event("input", { bubbles: true }));
const scroll = () => { for (const call of scrolled) call(); };
area.addEventListener("input", change);
area.addEventListener("scroll", scroll, { passive: true });

// The plain field.
const lineHeight = () => parseFloat(getComputedStyle(area).lineHeight) || 20;
let home = {
  get value() { return area.value; },
  get length() { return area.value.length; },
  get selection() { return { from: area.selectionStart, to: area.selectionEnd }; },
  get top() { return 1 + area.scrollTop / lineHeight(); },
  set top(line) { area.scrollTop = (line - 1) * lineHeight(); },
  busy: "",
  replace(from, to, words) { area.setRangeText(words, from, to, "end"); tell(); },
  focus() { area.focus(); },
};

export const text = {
  get value() { return home.value; },
  set value(words) { this.take(words); },
  get length() { return home.length; },
  get version() { return version; },
  get selection() { return home.selection; },
  get top() { return home.top; },
  set top(line) { home.top = line; },
  get busy() { return home.busy; },
  onChange(call) { changed.add(call); },
  onScroll(call) { scrolled.add(call); },
  replace(from, to, words) { home.replace(from, to, words); },
  take(value) {
    const now = home.value, most = Math.min(now.length, value.length);
    if (now === value) return;
    let [from, end] = [0, 0];
    while (from < most && now[from] === value[from]) from += 1;
    while (end < most - from && now[now.length - 1 - end] === value[value.length - 1 - end]) end += 1;
    home.replace(from, now.length - end, value.slice(from, value.length - end));
  },
  focus() { home.focus(); },
};

// The editor stands in the place of the field from now on. What is sent is made of the editor alone, when it is sent.
export const move = (editor) => {
  home = editor;
  editor.onChange(tell);
  editor.onScroll(scroll);
  area.form.addEventListener("formdata", (event) => event.formData.set("markdown", home.value));
};
