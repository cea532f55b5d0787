// The pages of the views: draws what the page brought, follows work, and writes how things came out.

import { Refusal, read, remove } from "./api.js";
import { OPTIONS, room, whenResized } from "./charts.js";
import { byId, show } from "./dom.js";
import { watch } from "./ready.js";
import { resolve, sealOn } from "./sealing.js";

const PAUSE = 400; // milliseconds between two looks at work

async function draw(address) {
  const places = document.querySelectorAll(".chart[data-part]");
  const parts = await read(`${address}${address.includes("?") ? "&" : "?"}width=${room(places)}`);
  for (const place of places) {
    const { specification, values } = parts[place.dataset.part];
    await window.vegaEmbed(place, { ...specification, datasets: values }, OPTIONS);
    // The place says what the picture shows; its lines and letters would only be noise.
    place.querySelector("svg").setAttribute("aria-hidden", "true");
  }
}

async function follow(job) {
  byId("job-stop").addEventListener("click", () => stop(job));
  for (;;) {
    const told = await read(`/api/jobs/${job}`);
    if (told.state === "stopped") {
      show(byId("job-words"), "Stopped.");
      byId("job-stop").hidden = true;
      return;
    }
    if (told.state === "done" || told.state === "failed") {
      location.reload();
      return;
    }
    byId("job-share").value = told.share;
    const waiting = told.state === "waiting" ? "waiting for other work" : `${Math.round(100 * told.share)} %`;
    show(byId("job-words"), `${told.title}: ${waiting}, ${Math.round(told.seconds)} s`);
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

async function stop(job) {
  byId("job-stop").disabled = true;
  show(byId("job-words"), "Stopping after this piece …");
  await remove(`/api/jobs/${job}`).catch(trouble);
}

function trouble(error) {
  if (!(error instanceof Refusal)) throw error;
  show(byId("trouble"), error.words);
}

// Fields left as they are need not stand in the address.
function shorten(form) {
  form.addEventListener("submit", () => {
    for (const field of form.querySelectorAll("input, select")) if (field.value === "") field.disabled = true;
  });
  addEventListener("pageshow", () => {
    for (const field of form.querySelectorAll(":disabled")) field.disabled = false;
  });
}

async function begin() {
  const given = JSON.parse(byId("payload").textContent);
  if (byId("ask") !== null) shorten(byId("ask"));
  for (const form of document.querySelectorAll("form.resolve")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      resolve(form, given.api);
    });
  }
  sealOn(given.api);
  if (given.job !== null) await follow(given.job).catch(trouble);
  if (given.pictures !== "") {
    const places = document.querySelectorAll(".chart[data-part]");
    await draw(given.pictures).catch(trouble);
    whenResized(() => room(places), () => draw(given.pictures).catch(trouble));
  }
  document.body.dataset.drawn = "yes";
}

watch();
begin();
