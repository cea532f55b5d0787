// Draws each chart of the page. Text and paper take their colours from the style sheet.
"use strict";
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const options = {
  mode: "vega-lite",
  renderer: "svg",
  actions: false,
  ast: true,
  defaultStyle: false,
  tooltip: { disableDefaultStyle: true },
  config: read("chart-config"),
};
for (const place of document.querySelectorAll("[data-specification]")) {
  window
    .vegaEmbed(place, read(place.dataset.specification), options)
    .then(() => place.classList.add("drawn"))
    .catch((error) => {
      console.error(error);
      place.textContent = "The picture could not be drawn; the table below has its numbers.";
    });
}
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
