// What script adds to the form of a post, each in a module of its own. Without it the form does all of its work by itself.
import "./writing/journal.js";
import "./writing/recovery.js";
import "./writing/presence.js";
import "./writing/saving.js";
import "./writing/counting.js";
import "./writing/title.js";
import "./writing/preview.js";
import "./writing/names.js";
import "./writing/seen.js";
import "./writing/address.js";
import "./writing/clocks.js";
import "./writing/editor.js";
