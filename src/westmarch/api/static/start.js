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
