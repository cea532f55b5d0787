// The first page: begins a case.

import { send } from "./api.js";
import { byId, show } from "./dom.js";
import { watch } from "./ready.js";

const form = byId("begin");

// The folder's name follows the title until it is written by hand.
const slug = (title) =>
  title.normalize("NFKD").replace(/[^\w\s.-]/g, "").trim().replace(/\s+/g, "-").toLowerCase().slice(0, 60);

if (form !== null) {
  const { title, id, as_of: day } = form.elements;
  let own = false;
  id.addEventListener("input", () => (own = id.value !== ""));
  title.addEventListener("input", () => {
    if (!own) id.value = slug(title.value);
  });
  if (day.value === "") day.value = new Date().toISOString().slice(0, 10);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const trouble = byId("begin-trouble");
    show(trouble, "");
    try {
      const made = await send("/api/cases", {
        id: id.value,
        title: title.value,
        as_of: day.value,
        start: form.elements.start.value,
      });
      location.assign(made.address);
    } catch (error) {
      show(trouble, error.words ?? String(error));
      title.focus();
    }
  });
}
watch();
