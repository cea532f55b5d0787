// The page of a case: wires the parts together. State lives in bench.js and in the address bar.

import { showActors } from "./actors.js";
import { viewQuery } from "./address.js";
import { Answers } from "./answers.js";
import { Latest, Refusal, send } from "./api.js";
import { Bench } from "./bench.js";
import { Charts, whenResized } from "./charts.js";
import { Comparing } from "./comparing.js";
import { byId, el, show } from "./dom.js";
import { Keeping, showNotice } from "./keeping.js";
import { watch } from "./ready.js";
import { WhatIf } from "./whatif.js";

const VIEWS = ["positions", "outcome", "ratification", "blame"];
const PAUSE = 150; // milliseconds without a change before pictures are drawn again
const REST = 600; // milliseconds without a change before the headline's range is worked out
const PROMPT = 100; // milliseconds that an answer may take while a slider is on its way
const FEWER = 1250; // draws on the way, on a machine that is slower than that

function begin(given) {
  const bench = new Bench(given);
  const ids = new Map(bench.rows("actors").map(({ id, name }) => [name, id]));
  const charts = new Charts(VIEWS, new Set(ids.keys()), (name) => bench.choose({ actor: ids.get(name) }));
  const answers = new Answers(bench);
  const panel = new WhatIf(bench);
  const comparing = new Comparing(bench);
  new Keeping(bench);
  const coded = new Map();
  let last = "";
  let whole = ""; // what the headline shown in full was asked for
  let pause = 0;
  let rest = 0;
  let took = 0;

  const trouble = (error) => {
    if (!(error instanceof Refusal)) throw error;
    show(byId("trouble"), error.words);
  };

  async function codedBy(model) {
    if (!coded.has(model)) coded.set(model, await send(`${bench.api}/forecast`, { model }));
    return coded.get(model);
  }

  const forecasting = new Latest(async (asked) => {
    try {
      const before = await codedBy(asked.model);
      const plain = asked.scenario === "base" && asked.changes.length === 0;
      const start = performance.now();
      const told = plain ? before : await send(`${bench.api}/forecast`, asked);
      show(byId("trouble"), "");
      answers.show(told, before);
      if (!plain && asked.draws === undefined) took = performance.now() - start;
      document.body.dataset.draws = told.draws;
    } catch (error) {
      trouble(error);
    }
  });

  const looking = new Latest(async (asked, overtaken) => {
    try {
      const told = await send(`${bench.api}/behind`, { ...asked, known: charts.known, width: charts.width });
      if (overtaken()) return;
      byId("bindings").replaceChildren(...told.bindings.map((words) => el("li", {}, `${words[0].toUpperCase()}${words.slice(1)}.`)));
      answers.questions(told.questions);
      await charts.show(told.pictures);
      document.body.dataset.drawn = told.issue;
    } catch (error) {
      trouble(error);
    }
  });

  const resting = new Latest(async ({ asked, wanted }) => {
    try {
      const told = await send(`${bench.api}/headline`, asked);
      if (wanted !== last) return;
      whole = wanted;
      answers.headline(told.headline, true);
      answers.questions(told.questions);
      document.body.dataset.headline = told.revision;
    } catch (error) {
      trouble(error);
    }
  });

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

// The files are those of the view “forecast”, made of the same numbers.
function linkFiles(bench) {
  const query = viewQuery(bench.state);
  for (const link of document.querySelectorAll("a[data-file]")) {
    const file = link.dataset.file === "" ? "" : `/${link.dataset.file}`;
    link.href = `${bench.given.address}/views/forecast${file}?${query}`;
  }
}

const given = JSON.parse(byId("case").textContent);
showNotice();
watch();
if (byId("sentence") !== null) begin(given);
