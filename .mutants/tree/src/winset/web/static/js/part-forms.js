// The fields of parties, issues, actors and stances: how each is asked for, put and taken.

import { withAssumed } from "./assumed.js";
import { el } from "./dom.js";
import { slug } from "./slug.js";

const NUMBER = "A number, “30 to 50”, or “30..40..60”";

const input = (id) => el("input", { id, autocomplete: "off", spellcheck: "false" });
const text = (name, label, more = {}) => ({
  name,
  label,
  make: input,
  put: (place, fields) => (place.value = fields[name] ?? more.value ?? ""),
  take: (place, fields) => (fields[name] = place.value.trim()),
  ...more,
});
const names = (name, label, note) => ({
  ...text(name, label, { note, wide: true }),
  put: (place, fields) => (place.value = (fields[name] ?? []).join("; ")),
  take: (place, fields) => (fields[name] = place.value.split(";").map((part) => part.trim()).filter((part) => part !== "")),
});
const select = (name, label, options, more = {}) => ({
  ...text(name, label, more),
  make: (id) => el("select", { id }, ...options().map(option)),
});
const option = ([value, words]) => el("option", { value }, words);

// A position that statements are to give: the whole scale until they do, and not coded by hand.
export function openPosition(given, id) {
  const { low, high } = given.issues.find((issue) => issue.id === id);
  return { position: `${low} to ${high}`, note: "[derived: position]" };
}

export function formsOf(given) {
  const called = (rows) => () => rows().map(({ fields }) => [fields.id, fields.name || fields.title || fields.id]);
  const parties = called(() => given.rows.parties);
  const issues = called(() => given.rows.issues);
  const actors = called(() => given.rows.actors);
  const byHand = (name) => ({ key }) => key[name];
  // Lists of choices follow the tables above them.
  const follow = (lists) => (inputs) => {
    for (const [name, options] of Object.entries(lists)) {
      const { input: place } = inputs.get(name);
      const kept = place.value;
      place.replaceChildren(...options().map(option));
      if (options().some(([value]) => value === kept)) place.value = kept;
    }
  };
  const idFollows = (source) => (inputs) => {
    const [from, to] = [inputs.get(source).input, inputs.get("id").input];
    let own = false;
    to.addEventListener("input", () => (own = to.value !== ""));
    from.addEventListener("input", () => {
      if (!own && !to.disabled) to.value = slug(from.value);
    });
    from.form.addEventListener("submit", () => (own = false));
  };
  const id = text("id", "Short name in the files", { note: "Letters, digits, “-”, “_” or “.”" });
  const keyed = { key: ({ id: name }) => ({ id: name }), called: byHand("id"), fixed: ["id"] };
  const withNone = (options) => () => [["", "none: outside"], ...options()];

  return {
    parties: {
      ...keyed,
      title: "Parties",
      one: "a party",
      columns: ["Party", "Name", "Quota", "Unity"],
      cells: (row) => [row.id, row.name ?? "", row.quota ?? "0.5", row.unity ?? "1"],
      fields: [
        text("name", "Name"),
        id,
        text("quota", "Quota", { note: "Share of its voters’ influence that must say yes, 0–1; usually 0.5" }),
        text("unity", "Unity", { note: "How united it appears in public: 0 open split, 1 one voice" }),
      ],
      wire: idFollows("name"),
    },
    issues: {
      ...keyed,
      title: "Issues",
      one: "an issue",
      columns: ["Issue", "Title", "Scale", "If talks fail"],
      cells: (row) => [row.id, row.title, scaleOf(row), row.reversion ?? ""],
      fields: [
        text("title", "Title", { wide: true }),
        id,
        text("unit", "Unit", {
          put: (place, fields) => (place.value = fields.scale?.unit ?? ""),
          take: (place, fields) => (fields.scale = { ...fields.scale, unit: place.value.trim() }),
        }),
        end("low", "0", "Low end", "What this end of the scale means"),
        label("low", "0", "At the low end"),
        end("high", "100", "High end"),
        label("high", "100", "At the high end"),
        text("reversion", "What holds if talks fail", { note: NUMBER }),
        names("phrases", "Words that texts use for it", "Separated by “;”. The search finds the issue by them."),
      ],
      wire: idFollows("title"),
    },
    actors: {
      ...keyed,
      title: "Actors",
      one: "an actor",
      columns: ["Actor", "Name", "Party", "Roles", "Other names"],
      cells: (row) => [row.id, row.name, row.party ?? "", (row.role ?? []).join(", "), (row.aliases ?? []).join("; ")],
      fields: [
        text("name", "Name", { wide: true }),
        id,
        select("party", "Party", withNone(parties)),
        roles(given.roles),
        names("aliases", "Other names and titles in the texts", "Separated by “;”"),
      ],
      wire: idFollows("name"),
      follow: follow({ party: withNone(parties) }),
    },
    stances: {
      title: "Stances",
      one: "a stance",
      waits: "There are none yet. Enter them here, or derive them from what the actors say in the documents.",
      columns: ["Actor", "Issue", "Position", "Salience", "Influence", "Price", "Accepts"],
      cells: (row) => [
        row.condition ? `${row.actor}, if ${row.condition}` : row.actor,
        row.issue, row.position ?? "", withAssumed(row, "salience"), withAssumed(row, "influence"), row.price ?? "", accepts(row),
      ],
      key: (fields) => ({ issue: fields.issue, actor: fields.actor, condition: "" }),
      called: ({ key }) => `${key.actor} on ${key.issue}${key.condition ? ` if ${key.condition}` : ""}`,
      fixed: ["issue", "actor"],
      fields: [
        select("actor", "Actor", actors),
        select("issue", "Issue", issues),
        text("position", "Position", {
          note: `What it would choose if it alone decided. ${NUMBER}. If empty, the whole scale until statements give it.`,
          take: (place, fields) => {
            fields.position = place.value.trim();
            if (fields.position === "" && fields.issue !== "") Object.assign(fields, openPosition(given, fields.issue));
          },
        }),
        text("salience", "Salience, 0–100", { note: "Share of its attention and capital" }),
        text("influence", "Influence", { note: "How much it can move; the strongest actor usually has 100" }),
        text("price", "Price of no agreement", { note: "Per cent of the scale’s width" }),
        text("red_line_low", "Accepts from", { note: "Lowest point that it has said it would accept" }),
        text("red_line_high", "Accepts up to", { note: "Highest point that it has said it would accept" }),
        text("audience_cost", "Audience cost", { note: "Cost of crossing its red line, per cent of the scale’s width" }),
        text("note", "Note", {
          wide: true,
          take: (place, fields) => {
            const words = place.value.trim();
            const mark = fields.note ?? "";
            fields.note = words.includes(mark) ? words : `${words} ${mark}`.trim();
          },
        }),
      ],
      follow: follow({ actor: actors, issue: issues }),
    },
  };
}

function end(which, usual, label, note = "") {
  return text(`scale_${which}`, label, {
    put: (place, fields) => (place.value = fields.scale?.[which] ?? usual),
    take: (place, fields) => (fields.scale = { ...fields.scale, [which]: place.value.trim() || usual }),
    note: note && `In the issue’s own units`,
  });
}

// A label stands at the end of the scale; labels of points between stay as they are.
function label(which, usual, words) {
  return text(`label_${which}`, words, {
    note: which === "low" ? "What this end of the scale means" : "",
    put: (place, fields) => (place.value = fields.labels?.[fields.scale?.[which] ?? usual] ?? ""),
    take: (place, fields, before) => {
      const [was, now] = [before.scale?.[which] ?? usual, fields.scale?.[which] ?? usual];
      fields.labels = fields.labels ?? { ...before.labels };
      delete fields.labels[was];
      if (place.value.trim() !== "") fields.labels[now] = place.value.trim();
    },
  });
}

function roles(known) {
  return {
    name: "role",
    label: "Roles",
    group: true,
    wide: true,
    make: (id) =>
      el("div", { id, class: "choices" }, ...known.map((role) => el("label", { class: "choice" }, el("input", { type: "checkbox", value: role }), role))),
    put: (place, fields) => {
      for (const box of place.querySelectorAll("input")) box.checked = (fields.role ?? []).includes(box.value);
    },
    take: (place, fields) => (fields.role = [...place.querySelectorAll("input:checked")].map(({ value }) => value)),
  };
}

const scaleOf = (row) => `${row.scale?.low ?? "0"} to ${row.scale?.high ?? "100"} ${row.scale?.unit ?? ""}`.trim();
const accepts = (row) => [row.red_line_low ? `from ${row.red_line_low}` : "", row.red_line_high ? `up to ${row.red_line_high}` : ""].filter(Boolean).join(" ");
