// A list of names offers them behind each comma: its options begin with what stands before it.
import { form } from "./form.js";

for (const field of form.querySelectorAll("[data-names]")) {
  const list = field.list, names = [...(list?.options ?? [])].map((option) => option.value);
  const quoted = (name) => (name.includes(",") || name.startsWith('"') ? `"${name.replaceAll('"', '""')}"` : name);
  let before = null;
  const offer = () => {
    const open = field.value.match(/^(?:\s*(?:"(?:[^"]|"")*"\s*|[^,]*),)*/)[0].trimEnd();
    if (open === before) return;
    before = open;
    list.replaceChildren(...names.map((name) => new Option("", [open, quoted(name)].filter(Boolean).join(" "))));
  };
  field.addEventListener("input", offer);
  field.addEventListener("focus", offer);
}
