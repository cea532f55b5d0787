// @ts-check
// The first page: begins a case.

import { Refusal, send } from "./api.js";
import { byId, control, find, show } from "./dom.js";
import { watch } from "./ready.js";
import { follows } from "./slug.js";

const form = find("begin", HTMLFormElement);

if (form !== null) {
  const [title, id, day] = ["title", "id", "as_of"].map((name) => control(form, name));
  follows(title, id);
  if (day.value === "") day.value = new Date().toISOString().slice(0, 10);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const trouble = byId("begin-trouble");
    show(trouble, "");
    try {
      const begun = await send("/api/cases", {
        id: id.value,
        title: title.value,
        as_of: day.value,
        start: new FormData(form).get("start"),
      });
      location.assign(begun.address);
    } catch (error) {
      show(trouble, error instanceof Refusal ? error.words : String(error));
      title.focus();
    }
  });
}
watch();
