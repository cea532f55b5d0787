// Files to send: dropped, chosen or pasted; listed first, and the result of each beside it.

import { Refusal } from "./api.js";
import { byId, el } from "./dom.js";
import { proofHeaders } from "./proof.js";

const MOST = 20_000_000;

export class Drop {
  // `onFiles()` hears when the list has changed.
  constructor(name, onFiles = () => {}) {
    this.onFiles = onFiles;
    this.files = [];
    this.list = byId(`${name}-list`);
    this.paste = byId(`${name}-paste`);
    const [zone, input] = [byId(`${name}-zone`), byId(`${name}-files`)];
    input.addEventListener("change", () => {
      this.add(input.files);
      input.value = "";
    });
    // A file dropped beside the zone must not be opened in place of the page.
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => event.preventDefault());
    zone.addEventListener("dragover", () => zone.classList.add("over"));
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", (event) => {
      zone.classList.remove("over");
      this.add(event.dataTransfer.files);
    });
  }

  add(files) {
    for (const file of files) this.files.push({ file, said: "", state: "" });
    this.show();
    this.onFiles();
  }

  // All that is to be sent; what is pasted counts as a file.
  get waiting() {
    const text = this.paste.value;
    if (text.trim() !== "") {
      this.paste.value = "";
      const first = text.trim().split("\n")[0].slice(0, 40).replace(/[^\p{L}\p{N} -]/gu, "").trim();
      this.add([new File([text], `${first || "pasted"}.txt`, { type: "text/plain" })]);
    }
    return this.files.filter(({ state }) => state !== "done");
  }

  show() {
    this.list.replaceChildren(
      ...this.files.map((entry) =>
        el(
          "li",
          { class: entry.state || null },
          el("span", {}, entry.file.name),
          entry.said === ""
            ? el(
                "button",
                {
                  type: "button",
                  class: "link",
                  "aria-label": `Remove ${entry.file.name}`,
                  onclick: () => {
                    this.files = this.files.filter((other) => other !== entry);
                    this.show();
                  },
                },
                "remove",
              )
            : el("span", { class: "soft" }, entry.said),
        ),
      ),
    );
  }

  // Sends one file after the other; `address` and `fields` are made of the answers so far. Returns
  // the answers, and marks what failed.
  async send(address, fields, onProgress) {
    const waiting = this.waiting;
    const answers = [];
    for (const [k, entry] of waiting.entries()) {
      onProgress(k, waiting.length, entry.file.name);
      entry.said = "reading …";
      entry.state = "";
      this.show();
      try {
        const told = await post(address(answers), entry.file, fields(answers));
        const [done] = told.files;
        if (done.error !== "") throw new Refusal(422, { error: done.error });
        answers.push(told);
        entry.state = "done";
        entry.said = words(done);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        entry.state = "failed";
        entry.said = error.problems.length > 0 ? error.problems.map(({ text }) => text).join("\n") : error.message;
      }
      this.show();
    }
    return answers;
  }
}

function words({ proposed, new: fresh, remarks }) {
  const said = fresh ? "stored" : "already in the case";
  const count = proposed === null ? "" : `, ${proposed} ${proposed === 1 ? "statement" : "statements"} proposed`;
  return [`${said}${count}`, ...remarks].join("; ");
}

async function post(address, file, fields) {
  if (file.size > MOST) throw new Refusal(413, { error: `${file.name} is larger than 20 MB: split it.` });
  const form = new FormData();
  form.append("files", file);
  for (const [name, text] of Object.entries(fields)) if (text !== "") form.append(name, text);
  let answer;
  try {
    answer = await fetch(address, { method: "POST", headers: proofHeaders(), body: form });
  } catch {
    throw new Refusal(0, { error: "The workbench does not answer: is `winset serve` still running?" });
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refusal(answer.status, told);
  return told;
}
