// Shows the API's document, and sends what is tried. Nothing is fetched from elsewhere.
const place = document.getElementById("swagger-ui");

globalThis.SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  validatorUrl: null,
  layout: "BaseLayout",
  presets: [globalThis.SwaggerUIBundle.presets.apis],
});

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
