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
const draw = (place) =>
  window
    .vegaEmbed(place, read(place.dataset.specification), options)
    .then(() => place.classList.add("drawn"))
    .catch((error) => {
      console.error(error);
      place.textContent = "The picture could not be drawn; the table below has its numbers.";
    });
for (const place of document.querySelectorAll("[data-specification]")) {
  // What is folded away has no width yet: it is drawn once it is opened.
  const folded = place.closest("details:not([open])");
  if (folded === null) draw(place);
  else folded.addEventListener("toggle", () => draw(place), { once: true });
}
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
