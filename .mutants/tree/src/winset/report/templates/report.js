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
// The widest picture that fits: each is drawn for its width, and text is never scaled.
const fitting = (frames, room) => {
  const widths = Object.keys(frames).map(Number).sort((a, b) => a - b);
  return widths.filter((width) => width <= room).at(-1) ?? widths[0];
};
const drawn = new Map();
const draw = (place) => {
  const { frames, values } = read(place.dataset.specification);
  const width = fitting(frames, place.clientWidth);
  if (drawn.get(place) === width) return Promise.resolve();
  drawn.set(place, width);
  return window
    .vegaEmbed(place, { ...frames[width], datasets: values }, options)
    .then((drawn) => {
      // The place speaks for the picture; its parts would only be noise.
      place.querySelector("svg").setAttribute("aria-hidden", "true");
      place.classList.add("drawn");
      place.view = drawn.view;
      place.dispatchEvent(new Event("drawn"));
    })
    .catch((error) => {
      console.error(error);
      place.textContent = "The picture could not be drawn; the table below has its numbers.";
    });
};
for (const place of document.querySelectorAll("[data-specification]")) {
  // What is folded away has no width yet: it is drawn once it is opened.
  const folded = place.closest("details:not([open])");
  if (folded === null) draw(place);
  else folded.addEventListener("toggle", () => draw(place), { once: true });
}
window.addEventListener("resize", () => {
  for (const place of drawn.keys()) if (place.clientWidth > 0) draw(place);
});
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details")) folded.open = true;
});
