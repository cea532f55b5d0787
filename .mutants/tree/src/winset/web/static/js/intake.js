// The first page: begins a case from articles.

import { byId, show } from "./dom.js";
import { Drop } from "./drop.js";
import { leaveNotice } from "./notice.js";
import { follows } from "./slug.js";

const form = byId("intake");

if (form !== null) {
  const { title, id, as_of: day, published } = form.elements;
  follows(title, id);
  if (day.value === "") day.value = new Date().toISOString().slice(0, 10);
  const drop = new Drop("intake");
  let begun = "";
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const trouble = byId("intake-trouble");
    show(trouble, "");
    const count = drop.waiting.length;
    if (count === 0) {
      show(trouble, "Add an article first: drop it, choose a file, or paste text.");
      return;
    }
    if (title.value.trim() === "" || id.value.trim() === "" || day.value === "") {
      show(trouble, "Give the case a title, a name for its folder, and a date.");
      title.focus();
      return;
    }
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    // The first that can be read begins the case; the others go into it.
    const first = (before) => before.length === 0 && begun === "";
    const answers = await drop.send(
      (before) => (first(before) ? "/api/articles" : `/api${before.at(-1)?.case.address ?? begun}/documents`),
      (before) => ({
        published: published.value,
        ...(first(before) ? { title: title.value, id: id.value, as_of: day.value } : {}),
      }),
      (k, all, name) => (byId("intake-progress").textContent = `Reading ${k + 1} of ${all}: ${name} …`),
    );
    button.disabled = false;
    byId("intake-progress").textContent = "";
    begun = answers.at(-1)?.case.address ?? begun;
    if (answers.length < count) {
      const rest = count - answers.length;
      show(trouble, `${rest} ${rest === 1 ? "file" : "files"} could not be read. The list above says why.`);
      if (begun !== "") byId("intake-open").hidden = false;
      byId("intake-open").href = `${begun}/evidence`;
      return;
    }
    const proposed = answers.reduce((sum, { files }) => sum + (files[0].proposed ?? 0), 0);
    const remarks = new Set(answers.flatMap(({ files }) => files.flatMap((file) => file.remarks)));
    leaveNotice(`${count} ${count === 1 ? "document" : "documents"}, ${proposed} statements proposed. ${[...remarks].join(" ")}`);
    location.assign(`${begun}/evidence`);
  });
}
