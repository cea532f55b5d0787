// @ts-check
// The pages of the views: draws what the page brought, follows work, and writes how things came out.

import { Refusal, read, remove } from "./api.js";
import { OPTIONS, room, whenResized } from "./charts.js";
import { byId, find, payload, show } from "./dom.js";
import { watch } from "./ready.js";
import { resolve, sealOn } from "./sealing.js";

const PAUSE = 400; // milliseconds between two looks at work

/** @returns {NodeListOf<HTMLElement>} */
const charts = () => document.querySelectorAll(".chart[data-part]");

/**
 * @param {HTMLFormElement} form
 * @returns {NodeListOf<HTMLInputElement | HTMLSelectElement>}
 */
const fieldsOf = (form) => form.querySelectorAll("input, select");

/** @param {string} address */
async function draw(address) {
  const places = charts();
  const parts = await read(`${address}${address.includes("?") ? "&" : "?"}width=${room(places)}`);
  for (const place of places) {
    const { specification, values } = parts[place.dataset.part ?? ""];
    await window.vegaEmbed(place, { ...specification, datasets: values }, OPTIONS);
    // The place says what the picture shows; its lines and letters would only be noise.
    place.querySelector("svg")?.setAttribute("aria-hidden", "true");
  }
}

/** @param {string} job */
async function follow(job) {
  byId("job-stop").addEventListener("click", () => stop(job));
  for (;;) {
    /** @type {Api.JobResponse} */
    const work = await read(`/api/jobs/${job}`);
    if (work.state === "stopped") {
      show(byId("job-words"), "Stopped.");
      byId("job-stop").hidden = true;
      return;
    }
    if (work.state === "done" || work.state === "failed") {
      location.reload();
      return;
    }
    byId("job-share", HTMLProgressElement).value = work.share;
    const waiting = work.state === "waiting" ? "waiting for other work" : `${Math.round(100 * work.share)} %`;
    show(byId("job-words"), `${work.title}: ${waiting}, ${Math.round(work.seconds)} s`);
    await new Promise((done) => setTimeout(done, PAUSE));
  }
}

/** @param {string} job */
async function stop(job) {
  byId("job-stop", HTMLButtonElement).disabled = true;
  show(byId("job-words"), "Stopping after this piece …");
  await remove(`/api/jobs/${job}`).catch(trouble);
}

/** @param {unknown} error */
function trouble(error) {
  if (!(error instanceof Refusal)) throw error;
  show(byId("trouble"), error.words);
}

/**
 * Fields left as they are need not stand in the address.
 * @param {HTMLFormElement} form
 */
function shorten(form) {
  form.addEventListener("submit", () => {
    for (const field of fieldsOf(form)) if (field.value === "") field.disabled = true;
  });
  addEventListener("pageshow", () => {
    for (const field of fieldsOf(form)) field.disabled = false;
  });
}

async function begin() {
  /** @type {Pages.View} */
  const given = payload();
  const ask = find("ask", HTMLFormElement);
  if (ask !== null) shorten(ask);
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form.resolve"))) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      resolve(form, given.api);
    });
  }
  sealOn(given.api);
  if (given.job !== null) await follow(given.job).catch(trouble);
  if (given.pictures !== "") {
    const places = charts();
    await draw(given.pictures).catch(trouble);
    whenResized(() => room(places), () => draw(given.pictures).catch(trouble));
  }
  document.body.dataset.drawn = "yes";
}

watch();
begin();
