// Pictures on their way into the library: each has its place in the text, where it says how far it is. One that did not
// arrive keeps its place, and can be sent again.
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";
import { words } from "./alt.js";
import { send } from "./sending.js";

const put = StateEffect.define({ map: ({ at, place }, changes) => ({ at: changes.mapPos(at), place }) });
const drop = StateEffect.define();

class Place extends WidgetType {
  constructor(picture) { super(); this.picture = picture; }

  eq(other) { return other.picture === this.picture; }

  toDOM() { return this.picture.box; }

  ignoreEvent() { return true; }

  get estimatedHeight() { return 56; }
}

const places = StateField.define({
  create: () => Decoration.none,
  update(found, transaction) {
    let now = found.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(put)) now = now.update({ add: [Decoration.widget({ widget: new Place(effect.value.place), block: true, side: 1 }).range(effect.value.at)] });
      else if (effect.is(drop)) now = now.update({ filter: (_from, _to, { spec }) => spec.widget.picture !== effect.value });
    }
    return now;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const where = (view, picture) => {
  let found = null;
  view.state.field(places).between(0, view.state.doc.length, (from, _to, { spec }) => { if (spec.widget.picture === picture) found = from; });
  return found;
};
const name = (file) => file.name || "A picture";
const markdown = (path, alt) => `![${alt.replace(/\s+/g, " ").replace(/[\\[\]]/g, "\\$&")}](${path})`;

// A picture stands in a paragraph of its own: behind the line, where that has words.
const insert = (view, at, made) => {
  const { doc } = view.state, line = doc.lineAt(at);
  const place = line.text.trim() ? line.to : line.from;
  const above = line.text.trim() ? "\n\n" : line.number > 1 && doc.line(line.number - 1).text.trim() ? "\n" : "";
  const below = line.number < doc.lines && doc.line(line.number + 1).text.trim() ? "\n" : "";
  const { main } = view.state.selection, here = main.empty && main.head >= line.from && main.head <= line.to;
  view.dispatch({
    changes: { from: place, to: line.text.trim() ? place : line.to, insert: above + made + below },
    ...(here ? { selection: { anchor: place + above.length + made.length } } : {}),
    userEvent: "input.paste",
  });
};

export const pictures = ({ media, pick }) => {
  const start = (view, picture) => {
    const { box, file } = picture;
    const [said, bar] = [document.createElement("span"), document.createElement("progress")];
    said.textContent = `Uploading “${name(file)}” …`;
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `Uploading ${name(file)}`);
    box.className = "coming";
    box.replaceChildren(said, bar);
    picture.under = true;
    send(media, file, picture.alt, (part) => { bar.value = part; }).then(({ path }) => {
      const at = where(view, picture);
      view.dispatch({ effects: drop.of(picture) });
      if (at !== null) insert(view, at, markdown(path, picture.alt));
    }).catch((error) => {
      const [fault, again, away] = [document.createElement("span"), document.createElement("button"), document.createElement("button")];
      box.className = "coming failed";
      fault.setAttribute("role", "alert");
      fault.textContent = error.message;
      [again.type, again.className, again.textContent] = ["button", "button plain", "Try again"];
      [away.type, away.className, away.textContent] = ["button", "button plain", "Leave it out"];
      again.addEventListener("click", () => start(view, picture));
      away.addEventListener("click", () => { view.dispatch({ effects: drop.of(picture) }); view.focus(); });
      box.replaceChildren(fault, again, away);
      view.requestMeasure();
    });
  };

  // Where `at` is a list, each file has its own place.
  const take = async (view, files, at) => {
    const waiting = files.map((file) => {
      const box = document.createElement("div");
      box.className = "coming";
      box.textContent = `“${name(file)}” waits for its words.`;
      return { file, box, alt: "" };
    });
    const place = (number) => {
      const line = view.state.doc.lineAt(Array.isArray(at) ? at[number] : at);
      return line.text.trim() ? line.to : line.from;
    };
    view.dispatch({ effects: waiting.map((picture, number) => put.of({ at: place(number), place: picture })) });
    for (const picture of waiting) {
      const alt = await words(picture.file);
      if (alt === null) view.dispatch({ effects: drop.of(picture) });
      else {
        picture.alt = alt;
        start(view, picture);
      }
    }
    view.focus();
  };

  const file = document.createElement("input");
  [file.type, file.accept, file.multiple] = ["file", "image/*", true];
  return {
    shown: [places, EditorView.atomicRanges.of((view) => view.state.field(places))],
    busy: (state) => {  // "", or "coming", or "failed" where somebody has to do something about it.
      const found = [];
      for (let each = state.field(places).iter(); each.value; each.next()) found.push(each.value.spec.widget.picture.box);
      return found.some((box) => box.classList.contains("failed")) ? "failed" : found.length ? "coming" : "";
    },
    take,
    bring: (view) => {
      file.value = "";
      file.onchange = () => take(view, [...file.files], view.state.selection.main.head);
      file.click();
    },
    choose: async (view) => {
      const at = view.state.selection.main.head, picked = await pick(`${media}pick/`).catch(() => null);
      view.focus();
      if (picked) insert(view, Math.min(at, view.state.doc.length), picked.dataset.markdown);
    },
  };
};
