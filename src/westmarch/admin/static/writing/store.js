// What was typed, kept in the browser itself: in its database, else in its storage. `store` is null where it lets nothing
// be kept. Entries are objects with a `tab`, by which they are put, got and removed.
const NAME = "westmarch-journal", TEXTS = "texts";
const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
  request.onblocked = () => reject(new Error("blocked"));
});

const ofDatabase = async () => {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(TEXTS, { keyPath: "tab" });
  const database = await done(opening);
  database.onversionchange = () => database.close();
  const run = (mode, ask) => new Promise((resolve, reject) => {
    const transaction = database.transaction(TEXTS, mode);
    const asked = ask(transaction.objectStore(TEXTS));
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
  await run("readonly", (texts) => texts.count());
  return {
    put: (entry) => run("readwrite", (texts) => texts.put(entry)),
    remove: (tab) => run("readwrite", (texts) => texts.delete(tab)),
    all: () => run("readonly", (texts) => texts.getAll()),
  };
};

const ofStorage = () => {
  const name = (tab) => `${NAME}:${tab}`;
  localStorage.setItem(name(""), "");
  localStorage.removeItem(name(""));
  return {
    put: async (entry) => localStorage.setItem(name(entry.tab), JSON.stringify(entry)),
    remove: async (tab) => localStorage.removeItem(name(tab)),
    all: async () => Object.keys(localStorage).filter((key) => key.startsWith(name(""))).map((key) => JSON.parse(localStorage.getItem(key))),
  };
};

const opened = async () => {
  for (const open of [ofDatabase, ofStorage]) {
    try { return await open(); } catch { /* It is refused, full, or broken: the next one. */ }
  }
  return null;
};
export const store = opened();
