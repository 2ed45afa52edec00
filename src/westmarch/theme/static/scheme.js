// The colour scheme that the reader chose, before anything is painted. It blocks, so it is all that is here.
try {
  const scheme = localStorage.getItem("scheme");
  if (scheme === "light" || scheme === "dark") document.documentElement.dataset.scheme = scheme;
  if (scheme === "system") delete document.documentElement.dataset.scheme; // Where the site begins with another.
} catch { /* Storage is shut: the system's scheme it is. */ }
