// Builds the editor into the package, with the licences of what is in it and a record by which a test holds it.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const INTO = join(HERE, "../../src/westmarch/admin/static/editor");
const hash = (...files) => {
  const made = createHash("sha256");
  for (const file of files) made.update(readFileSync(file));
  return made.digest("hex");
};

// Style sheets that script makes are allowed by no policy of ours; those that it adopts need no leave. The library would
// adopt in shadow trees alone.
const ONLY_IN_SHADOW = "if (!root.head && root.adoptedStyleSheets";
const adopting = {
  name: "adopting",
  setup({ onLoad }) {
    onLoad({ filter: /style-mod\/src\/style-mod\.js$/ }, ({ path }) => {
      const parts = readFileSync(path, "utf8").split(ONLY_IN_SHADOW);
      if (parts.length !== 2) throw new Error("style-mod is not as it was: look at how it mounts its styles.");
      return { contents: parts.join("if (root.adoptedStyleSheets"), loader: "js" };
    });
  },
};

rmSync(INTO, { recursive: true, force: true });
mkdirSync(INTO, { recursive: true });
const { metafile } = await build({
  absWorkingDir: HERE,
  entryPoints: { editor: "src/editor.js" },
  outdir: INTO,
  bundle: true,
  format: "esm",
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  banner: { js: "/*! Licences of what is in here: licences.txt, beside it. */" },
  plugins: [adopting],
  metafile: true,
});

const folders = new Set();
for (const input of Object.keys(metafile.inputs)) {
  const found = input.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//);
  if (found) folders.add(found[1]);
}
const packages = {}, licences = [];
for (const name of [...folders].sort()) {
  const folder = join(HERE, "node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (!file) throw new Error(`${name} brings no licence.`);
  packages[name] = { version, license };
  licences.push(`${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`);
}
writeFileSync(join(INTO, "licences.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));

const sources = readdirSync(join(HERE, "src")).sort().map((name) => join(HERE, "src", name));
const record = {
  packages,
  files: Object.fromEntries(readdirSync(INTO).sort().map((name) => [name, hash(join(INTO, name))])),
  sources: Object.fromEntries(["build.js", "package.json", "package-lock.json", ...sources.map((file) => relative(HERE, file))].map((name) => [name, hash(join(HERE, name))])),
};
writeFileSync(join(INTO, "built.json"), `${JSON.stringify(record, null, 2)}\n`);
