// Adds an actor, with a first stance if wanted.

import { patch, Refusal } from "./api.js";
import { byId, el, show } from "./dom.js";
import { openPosition } from "./part-forms.js";
import { follows, slug } from "./slug.js";

export class ActorForm {
  // `onDone({ address, id, words })` hears of the actor once it is on disk.
  constructor(given, onDone) {
    this.given = given;
    this.form = byId("actor-form");
    this.dialog = byId("actor");
    const option = (value, text) => el("option", { value }, text);
    byId("actor-party").append(option("", "none: outside"), ...given.parties.map(({ id, name }) => option(id, name)));
    byId("actor-issue").append(option("", "none"), ...given.issues.map(({ id, title }) => option(id, title)));
    byId("actor-roles").append(
      ...given.roles.map((role) => el("label", { class: "choice" }, el("input", { type: "checkbox", name: "role", value: role }), role)),
    );
    byId("actor-stance").hidden = given.issues.length === 0;
    this.following = follows(byId("actor-name"), byId("actor-id"));
    byId("actor-issue").addEventListener("change", () => this.scale());
    byId("actor-cancel").addEventListener("click", () => this.dialog.close());
    this.form.addEventListener("submit", async (event) => {
      event.preventDefault();
      show(byId("actor-trouble"), "");
      try {
        const done = await this.save();
        this.dialog.close();
        await onDone(done);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        show(byId("actor-trouble"), error.words);
      }
    });
  }

  ask({ name = "", id = "", issue = "", position = "" }) {
    this.form.reset();
    this.following.reset();
    show(byId("actor-trouble"), "");
    const { elements } = this.form;
    elements.name.value = name;
    elements.id.value = id || slug(name.split(" ").at(-1) ?? "");
    elements.issue.value = issue;
    elements.position.value = position;
    byId("actor-stance").open = issue !== "";
    this.scale();
    this.dialog.showModal();
    elements.name.focus();
  }

  scale() {
    const issue = this.given.issues.find(({ id }) => id === byId("actor-issue").value);
    const points = (issue?.labels ?? []).map(([point, label]) => `${point} ${label}`);
    byId("actor-scale").textContent = issue ? [`From ${issue.low} to ${issue.high}`, ...points].join(" · ") : "";
  }

  async save() {
    const { elements } = this.form;
    const text = (name) => elements[name].value.trim();
    const id = text("id");
    if (id === "") throw new Refusal(0, { error: "Give the actor a short name." });
    const roles = [...this.form.querySelectorAll("[name=role]:checked")].map(({ value }) => value);
    const aliases = text("aliases").split(";").map((part) => part.trim()).filter((part) => part !== "");
    const saved = await this.write(this.given.address, "actors", { id }, { name: text("name"), party: text("party"), role: roles, aliases });
    let { address } = saved.case;
    const words = [saved.copied];
    if (text("issue") !== "") {
      const key = { issue: text("issue"), actor: id, condition: "" };
      const stance = Object.fromEntries(["position", "salience", "influence"].map((name) => [name, text(name)]));
      if (stance.position === "") Object.assign(stance, openPosition(this.given, key.issue));
      try {
        address = (await this.write(address, "stances", key, stance)).case.address;
      } catch (error) {
        // The actor stands already: say so, and do not add it a second time.
        words.push(`The stance was not added: ${error.words ?? error}`);
      }
    }
    return { address, id, words: words.join(" ").trim() };
  }

  write(address, table, key, fields) {
    return patch(`/api${address}/rows/${table}`, { key, revision: null, fields });
  }
}
