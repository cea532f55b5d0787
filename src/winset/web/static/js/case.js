// @ts-check
// The page of a case: wires the parts together. State lives in bench.js and in the address bar.

import { showActors } from "./actors.js";
import { viewQuery } from "./address.js";
import { Answers } from "./answers.js";
import { Latest, Refusal, send } from "./api.js";
import { Bench } from "./bench.js";
import { Charts, whenResized } from "./charts.js";
import { Comparing } from "./comparing.js";
import { byId, el, find, payload, show } from "./dom.js";
import { Keeping } from "./keeping.js";
import { showNotice } from "./notice.js";
import { watch } from "./ready.js";
import { WhatIf } from "./whatif.js";

const VIEWS = ["positions", "outcome", "ratification", "blame"];
const PAUSE = 150; // milliseconds without a change before pictures are drawn again
const REST = 600; // milliseconds without a change before the headline's range is worked out
const PROMPT = 100; // milliseconds that an answer may take while a slider is on its way
const FEWER = 1250; // draws on the way, on a machine that is slower than that

/** @typedef {ReturnType<Bench["asked"]> & { draws?: number }} Asked */

/** @param {Api.CaseResponse} given */
function begin(given) {
  const bench = new Bench(given);
  /** @type {Map<string, string>} */
  const ids = new Map(bench.rows("actors").map(({ id, name }) => [name, id]));
  const charts = new Charts(VIEWS, new Set(ids.keys()), (name) => bench.choose({ actor: ids.get(name) ?? "" }));
  const answers = new Answers(bench);
  const panel = new WhatIf(bench);
  const comparing = new Comparing(bench);
  new Keeping(bench);
  /** @type {Map<string, Api.ForecastResponse>} */
  const coded = new Map();
  let last = "";
  let whole = ""; // what the headline shown in full was asked for
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let pause;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let rest;
  let took = 0;

  const trouble = (/** @type {unknown} */ error) => {
    if (!(error instanceof Refusal)) throw error;
    show(byId("trouble"), error.words);
  };

  /** @param {string} model */
  async function codedBy(model) {
    /** @type {Api.ForecastResponse} */
    const forecast = coded.get(model) ?? (await send(`${bench.api}/forecast`, { model }));
    coded.set(model, forecast);
    return forecast;
  }

  const forecasting = new Latest(async (/** @type {Asked} */ asked) => {
    try {
      const before = await codedBy(asked.model);
      const plain = asked.scenario === "base" && asked.changes.length === 0;
      const start = performance.now();
      /** @type {Api.ForecastResponse} */
      const forecast = plain ? before : await send(`${bench.api}/forecast`, asked);
      show(byId("trouble"), "");
      answers.show(forecast, before);
      if (!plain && asked.draws === undefined) took = performance.now() - start;
      document.body.dataset.draws = String(forecast.draws);
    } catch (error) {
      trouble(error);
    }
  });

  const looking = new Latest(async (/** @type {Asked & { issue: string }} */ asked, overtaken) => {
    try {
      /** @type {Api.BehindResponse} */
      const behind = await send(`${bench.api}/behind`, { ...asked, known: charts.known, width: charts.width });
      if (overtaken()) return;
      byId("bindings").replaceChildren(...behind.bindings.map((words) => el("li", {}, `${words[0].toUpperCase()}${words.slice(1)}.`)));
      answers.questions(behind.questions);
      await charts.show(behind.pictures);
      document.body.dataset.drawn = behind.issue;
    } catch (error) {
      trouble(error);
    }
  });

  const resting = new Latest(async (/** @type {{ asked: Asked, wanted: string }} */ { asked, wanted }) => {
    try {
      /** @type {Api.HeadlineResponse} */
      const answer = await send(`${bench.api}/headline`, asked);
      if (wanted !== last) return;
      whole = wanted;
      answers.headline(answer.headline, true);
      answers.questions(answer.questions);
      document.body.dataset.headline = answer.revision;
    } catch (error) {
      trouble(error);
    }
  });

  /**
   * @param {Pages.State} state
   * @param {{ settled: boolean }} how
   */
  function follow(state, { settled }) {
    panel.show(state);
    answers.choose(state);
    comparing.show();
    showActors(bench);
    charts.choose(state.picked ? bench.name(state.actor) : "");
    linkFiles(bench);
    const asked = bench.asked();
    const fewer = !settled && took > PROMPT;
    const wanted = JSON.stringify([asked, state.issue, fewer]);
    // A slider let go asks nothing new, but only now is it at rest.
    if (settled && wanted !== whole) {
      clearTimeout(rest);
      rest = setTimeout(() => resting.ask({ asked, wanted }), REST);
    }
    if (wanted === last) return;
    last = wanted;
    whole = "";
    delete document.body.dataset.headline;
    if (!settled) clearTimeout(rest);
    forecasting.ask(fewer ? { ...asked, draws: FEWER } : asked);
    clearTimeout(pause);
    pause = setTimeout(() => looking.ask({ ...asked, issue: state.issue }), PAUSE);
  }

  whenResized(
    () => charts.width,
    () => looking.ask({ ...bench.asked(), issue: bench.state.issue }),
  );
  bench.hear(follow);
  follow(bench.state, { settled: true });
}

/**
 * The files are those of the view “forecast”, made of the same numbers.
 * @param {import("./bench.js").Bench} bench
 */
function linkFiles(bench) {
  const query = viewQuery(bench.state);
  for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (document.querySelectorAll("a[data-file]"))) {
    const file = link.dataset.file ? `/${link.dataset.file}` : "";
    link.href = `${bench.given.address}/views/forecast${file}?${query}`;
  }
}

const given = payload("case");
showNotice();
watch();
if (find("sentence") !== null) begin(given);
