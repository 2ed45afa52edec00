// What several modules ask of the page.

/** A word in the language of the page. */
export const say = (key) => document.querySelector(`meta[name="t:${key}"]`)?.content ?? key;

/** A new element with the given properties and children. */
export const make = (tag, traits, ...children) => {
  const element = Object.assign(document.createElement(tag), traits);
  element.append(...children);
  return element;
};

/** Whether a click or key means what it says, and not "in a new tab" or the like. */
export const plain = (event) => !(event.metaKey || event.ctrlKey || event.altKey || event.shiftKey);
