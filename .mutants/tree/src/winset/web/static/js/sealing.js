// Sealing on a page: a preview of exactly what is sealed, then the seal; and how a sealed one came out.

import { Refusal, send } from "./api.js";
import { byId, el, show } from "./dom.js";

// What the library calls a place, and the field in which a reader finds it.
const FIELDS = { question: "subject", issue: "subject", asks: "subject" };
const WORDS = { rule: "Write down how the outcome will be judged." };

function sentence(problem) {
  if (problem.where in WORDS && problem.found === "nothing") return WORDS[problem.where];
  const words = [`${problem.required}; found ${problem.found}`, problem.remedy].filter((part) => part !== "").join("; ");
  return `${words[0].toUpperCase()}${words.slice(1)}.`;
}

// Puts each problem beside its field, the rest into `place`; the first field that is wrong gets the focus.
export function refuse(form, place, error) {
  if (!(error instanceof Refusal)) throw error;
  clear(form, place);
  const rest = [];
  let first = null;
  for (const problem of error.problems) {
    const input = form.elements.namedItem(FIELDS[problem.where] ?? problem.where);
    const note = input === null ? null : byId(`${input.id}-wrong`);
    if (note === null) {
      rest.push(problem.text);
      continue;
    }
    show(note, [note.textContent, sentence(problem)].join(" ").trim());
    input.setAttribute("aria-invalid", "true");
    input.closest("details")?.setAttribute("open", "");
    first ??= input;
  }
  if (error.problems.length === 0) rest.push(error.words);
  show(place, rest.join("\n"));
  first?.focus();
}

export function clear(form, place) {
  for (const note of form.querySelectorAll(".wrong")) show(note, "");
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  show(place, "");
}

function taken(form) {
  const fields = new FormData(form);
  const value = (name) => String(fields.get(name) ?? "").trim();
  const [asks, subject] = value("subject").split(/:(.*)/s);
  return {
    asks,
    subject,
    rule: value("rule"),
    no_rule: value("no_rule"),
    resolve_by: value("resolve_by") || null,
    model: value("model"),
    scenario: value("scenario"),
    draws: Number(value("draws")),
    seed: Number(value("seed")),
  };
}

const fact = (name, words) => el("div", {}, el("dt", {}, name), el("dd", {}, words));

function present(preview) {
  show(byId("preview-text"), preview.text);
  show(byId("preview-forecast"), preview.forecast);
  byId("preview-facts").replaceChildren(
    preview.rule === "" ? fact("Without a rule", preview.no_rule) : fact("Judged by", preview.rule),
    fact("Outcome due by", preview.resolve_by),
    fact("Model", `${preview.model}, scenario ${preview.scenario}`),
    fact("Draws", `${preview.draws.toLocaleString("en-GB")}, seed ${preview.seed}`),
    fact("Case", preview.case.slice(0, 12)),
    fact("Copies", `${preview.files.join(", ")} in ${preview.archive}`),
  );
  show(byId("preview-size"), `The entry, ${preview.bytes.toLocaleString("en-GB")} bytes`);
  show(byId("preview-entry"), preview.entry);
  byId("seal-preview").hidden = false;
  byId("preview-title").focus();
}

export function sealOn(api) {
  const form = byId("seal-form");
  if (form === null) return;
  const [trouble, preview, refused] = ["seal-trouble", "seal-preview", "seal-refused"].map(byId);
  const seals = api.replace(/\/views\/sealed$/, "/seals");
  const { subject, resolve_by: day } = form.elements;
  let seen = null;
  let own = false; // whether the day was chosen by hand
  const follow = () => {
    if (!own) day.value = subject.selectedOptions[0].dataset.horizon;
  };
  const withdraw = () => {
    seen = null;
    preview.hidden = true;
    show(refused, "");
  };
  follow();
  subject.addEventListener("change", follow);
  day.addEventListener("input", () => (own = day.value !== ""));
  form.addEventListener("input", withdraw);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    withdraw();
    clear(form, trouble);
    const look = byId("seal-look");
    const body = taken(form);
    look.disabled = true;
    try {
      const answer = await send(`${seals}/preview`, body);
      // What was changed while the forecast was made needs another look.
      if (JSON.stringify(body) !== JSON.stringify(taken(form))) return;
      seen = { ...body, seen: answer.seen };
      present(answer);
    } catch (error) {
      refuse(form, trouble, error);
    } finally {
      look.disabled = false;
    }
  });
  byId("seal-change").addEventListener("click", () => {
    withdraw();
    form.elements.rule.focus();
  });
  byId("seal-confirm").addEventListener("click", async () => {
    const confirm = byId("seal-confirm");
    if (seen === null || confirm.disabled) return;
    confirm.disabled = true;
    try {
      const answer = await send(seals, seen);
      arrive(new URL(answer.address, location.href));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      show(refused, error.words);
      confirm.disabled = false;
    }
  });
}

// The same page with another mark is not loaded again by itself.
function arrive(address) {
  const here = address.pathname === location.pathname && address.search === location.search;
  if (!here) {
    location.assign(address);
    return;
  }
  location.hash = address.hash;
  location.reload();
}

export async function resolve(form, api) {
  const place = form.querySelector(".trouble");
  const fields = new FormData(form);
  const body = {
    entry: form.dataset.entry,
    outcome: String(fields.get("outcome")),
    date: fields.get("date") || null,
    source: String(fields.get("source")),
    amend: form.dataset.amend === "yes",
  };
  try {
    await send(api.replace(/\/views\/sealed$/, "/resolutions"), body);
    location.reload();
  } catch (error) {
    refuse(form, place, error);
  }
}
