// The page of all documents: search, what statements give, new documents, proposing again.

import { ActorForm } from "./actor.js";
import { Refusal, send } from "./api.js";
import { byId, el, show, table } from "./dom.js";
import { Drop } from "./drop.js";
import { go, showNotice } from "./notice.js";
import { watch } from "./ready.js";

const given = JSON.parse(byId("payload").textContent);
const api = `/api${given.address}`;
const here = (address) => `${address}/evidence`;
const many = (count, thing) => `${count} ${thing}${count === 1 ? "" : "s"}`;

async function attempt(trouble, what) {
  show(byId(trouble), "");
  try {
    await what();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    show(byId(trouble), error.words);
  }
}

// What to do next, on the way from texts to a forecast.
function nextStep() {
  const { evidence, derivation } = given;
  const coder = localStorage.getItem("winset-coder") ?? "";
  const waits = evidence.documents.find((entry) => (entry.undecided[coder] ?? entry.proposed) > 0);
  const link = (href, words) => el("a", { href }, words);
  if (evidence.documents.length === 0) return ["Next: add documents, on this page."];
  if (given.issues.length === 0 || given.actors.length === 0) {
    return ["Next: ", link(`${given.address}/parts`, "enter the issues and the actors"), ". Then search the texts again for their names and phrases."];
  }
  if (waits !== undefined) {
    const count = waits.undecided[coder] ?? waits.proposed;
    return ["Next: ", link(`${here(given.address)}/${waits.id}`, `decide on ${many(count, "proposed statement")} in “${waits.title || waits.id}”`), "."];
  }
  if (derivation.changes > 0 || derivation.rowless > 0) return ["Next: ", link("#gives-title", "write the numbers from the statements into the case"), "."];
  if (evidence.proposers.length === 0) {
    return ["No statements are proposed. Open a document to code it, or ", link(given.address, "see the forecast"), "."];
  }
  const left = derivation.idle.length;
  const idle = left === 0 ? [] : [" ", link("#idle-title", many(left, "accepted statement")), left === 1 ? " has no effect yet." : " have no effect yet."];
  return ["You have decided on every proposal. ", link(given.address, "See the forecast"), ".", ...idle];
}

function showGives(derivation) {
  const rows = derivation.numbers.map((number) => {
    const words = `${number.actor_name} on ${number.issue_title}: ${number.quantity.replaceAll("_", " ")}`;
    const cell = number.address === "" ? words : el("a", { href: number.address }, words);
    return { cells: [cell, number.coded || "nothing", number.gives, String(number.statements), number.what] };
  });
  byId("gives").replaceChildren(
    rows.length === 0
      ? el("p", { class: "soft" }, "There are no numbers yet. An accepted statement gives one when it has an issue and a value.")
      : el("div", { class: "table" }, table(["Number", "In the case", "From statements", "Statements", ""], rows, "What the statements give")),
  );
  byId("derive").hidden = derivation.changes === 0 && derivation.rowless === 0;
  byId("derive-new").hidden = derivation.rowless === 0;
  byId("derive-note").hidden = derivation.rowless === 0;
}

// Accepted statements that end in no number, by the reason and by what would make them count.
function showIdle({ idle }) {
  byId("idle-part").hidden = idle.length === 0;
  byId("idle").replaceChildren(
    ...grouped(idle, "reason").map(([reason, own]) =>
      el(
        "li",
        {},
        el("strong", {}, `${reason[0].toUpperCase()}${reason.slice(1)}`),
        el("ul", {}, ...grouped(own, "remedy").map(([remedy, entries]) => el("li", {}, ...entries.flatMap(idleLink), remedy))),
      ),
    ),
  );
}

function grouped(entries, name) {
  const groups = new Map();
  for (const entry of entries) groups.set(entry[name], [...(groups.get(entry[name]) ?? []), entry]);
  return [...groups];
}

function idleLink({ speaker, issue, kind, value, address }) {
  const words = `${speaker} on ${issue || "no issue"}: ${[kind, value].filter(Boolean).join(" ")}`;
  return [el("a", { href: address }, words), ". "];
}

function wireDerive() {
  let revision = given.derivation.revision;
  byId("derive").addEventListener("submit", (event) => {
    event.preventDefault();
    const { salience, influence } = event.target.elements;
    const wanted = !byId("derive-new").hidden;
    attempt("derive-trouble", async () => {
      try {
        const done = await send(`${api}/derivation`, {
          revision,
          salience: wanted ? salience.value.trim() : "",
          influence: wanted ? influence.value.trim() : "",
        });
        go(here(done.case.address), `${many(done.written, "stance")} changed. ${done.copied}`);
      } catch (error) {
        if (error.status !== 409 || error.theirs === null) throw error;
        revision = error.theirs.revision;
        showGives(error.theirs);
        showIdle(error.theirs);
        throw error;
      }
    });
  });
}

function wireSearch() {
  byId("search").addEventListener("submit", async (event) => {
    event.preventDefault();
    const place = byId("hits");
    try {
      const { hits } = await send(`${api}/search`, { query: event.target.elements.query.value });
      place.replaceChildren(
        hits.length === 0 ? el("p", {}, "No paragraph contains all of these words.") : el("ol", { class: "hits" }, ...hits.map(hit)),
      );
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      place.replaceChildren(el("p", { class: "trouble" }, error.words));
    }
  });
}

function hit({ title, published, pieces, address }) {
  const words = pieces.map((piece, k) => (k % 2 === 1 ? el("mark", {}, piece) : piece));
  return el(
    "li",
    {},
    el("a", { href: address }, title),
    published === "" ? "" : el("span", { class: "soft" }, ` ${published}`),
    el("p", { dir: "auto" }, ...words),
  );
}

function wireAdd() {
  const drop = new Drop("add");
  const form = byId("add");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { published, publisher } = form.elements;
    const button = form.querySelector("[type=submit]");
    const count = drop.waiting.length;
    attempt("add-trouble", async () => {
      if (count === 0) throw new Refusal(0, { error: "Add a document first: drop it, choose a file, or paste text." });
      button.disabled = true;
      const answers = await drop.send(
        (before) => `/api${before.at(-1)?.case.address ?? given.address}/documents`,
        () => ({ published: published.value, publisher: publisher.value }),
        (k, all, name) => (byId("add-progress").textContent = `Reading ${k + 1} of ${all}: ${name} …`),
      );
      button.disabled = false;
      byId("add-progress").textContent = "";
      if (answers.length < count) throw new Refusal(0, { error: `${count - answers.length} could not be read. The list above says why.` });
      const proposed = answers.reduce((sum, { files }) => sum + (files[0].proposed ?? 0), 0);
      const remarks = new Set(answers.flatMap(({ files }) => files.flatMap((file) => file.remarks)));
      const words = [`${many(count, "document")}, ${many(proposed, "statement")} proposed.`, answers[0].copied, ...remarks];
      go(here(answers.at(-1).case.address), words.join(" "));
    });
  });
}

function wireAgain() {
  const kept = given.evidence.documents.filter((entry) => entry.has_text);
  const button = byId("again");
  button.disabled = kept.length === 0;
  button.addEventListener("click", () =>
    attempt("again-trouble", async () => {
      button.disabled = true;
      let address = given.address;
      const sum = { proposed: 0, added: 0, changed: 0, dropped: 0 };
      try {
        for (const [k, { id, title }] of kept.entries()) {
          byId("again-progress").textContent = `Reading ${k + 1} of ${kept.length}: ${title || id} …`;
          const told = await send(`/api${address}/documents/${id}/proposals`);
          address = told.case.address;
          for (const name of Object.keys(sum)) sum[name] += told[name];
        }
      } finally {
        button.disabled = false;
        byId("again-progress").textContent = "";
      }
      go(here(address), `${many(sum.proposed, "statement")} proposed: ${sum.added} new, ${sum.changed} changed, ${sum.dropped} removed.`);
    }),
  );
}

function showUnknown() {
  const { unknown } = given.evidence;
  byId("unknown-part").hidden = unknown.length === 0;
  const form = new ActorForm(given, ({ address, id, words }) => go(here(address), `${id} is now an actor. Search the texts again to find their statements. ${words}`));
  byId("unknown").replaceChildren(
    ...unknown.map(({ id, name, times }) =>
      el(
        "li",
        {},
        el("button", { type: "button", class: "link", onclick: () => form.ask({ name, id }) }, `Add ${name}`),
        el("span", { class: "soft" }, ` ${times === 1 ? "once" : `${times} times`}`),
      ),
    ),
  );
}

showNotice();
byId("next").replaceChildren(...nextStep());
showGives(given.derivation);
showIdle(given.derivation);
showUnknown();
wireDerive();
wireSearch();
wireAdd();
wireAgain();
watch();
document.body.dataset.ready = "yes";
