// Escape hides the tip of a term. Where scripts fill a page, terms in what they write are marked too.
"use strict";
(() => {
  const away = (hide) => document.body.classList.toggle("tips-away", hide);
  const tipOf = (term) => document.getElementById(term.getAttribute("aria-describedby"));
  const open = (event) => {
    if (!(event.target instanceof Element) || !event.target.matches(".term")) return;
    away(false);
    for (const other of document.querySelectorAll(".tip.open")) other.classList.remove("open");
    tipOf(event.target).classList.add("open");
  };
  const close = (event) => {
    if (!(event.target instanceof Element) || !event.target.matches(".term")) return;
    tipOf(event.target).classList.remove("open");
  };
  for (const name of ["focusin", "pointerover"]) document.addEventListener(name, open);
  for (const name of ["focusout", "pointerout"]) document.addEventListener(name, close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") away(true);
  });

  // What follows is for pages that scripts fill: the list at their end holds every term without a mark.
  const list = document.querySelector(".terms");
  const main = document.getElementById("main");
  const entries = [...document.querySelectorAll(".terms [data-term]")].map((entry) => ({
    entry,
    always: !entry.hidden, // for a use outside of what is looked at here, such as a link above
    tip: entry.querySelector(".tip"),
    pattern: new RegExp(`(?<![\\p{L}\\d_“\x60-])(?:${entry.dataset.term})(?![\\p{L}\\d_-])`, "iu"),
  }));
  if (list === null || main === null || entries.length === 0) return;
  const TEXT = "p, li, dd, figcaption";
  // As in term_marks.py: what a tip would break, what is read out, what somebody else said.
  const NO_TIPS =
    "a, button, summary, label, legend, select, form, table, nav, dialog, h1, h2, h3, h4, h5, h6," +
    "code, pre, kbd, blockquote, q, cite, svg, textarea, [dir=auto], [hidden], [role=status]," +
    "[role=alert], [aria-live], .terms, .term, .tip, details:not([open])";

  const mark = (pattern, tip) => {
    const texts = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      const use = pattern.exec(text.data);
      const parent = text.parentElement;
      if (use === null || parent.closest(TEXT) === null || parent.closest(NO_TIPS)) continue;
      const words = text.splitText(use.index);
      words.splitText(use[0].length);
      const term = document.createElement("dfn");
      term.className = "term";
      term.tabIndex = 0;
      term.setAttribute("aria-describedby", tip.id);
      words.replaceWith(term);
      term.append(words);
      return true;
    }
    return false;
  };

  const look = () => {
    const parts = [...main.children].filter((part) => part !== list);
    const words = parts.map((part) => part.innerText).join("\n");
    for (const { entry, always, tip, pattern } of entries) {
      const used = pattern.test(words);
      const terms = [...main.querySelectorAll(`.term[aria-describedby="${tip.id}"]`)];
      const marked = terms.some((term) => !list.contains(term)) || (used && mark(pattern, tip));
      // The tip of a term in the text stands outside of it: the text belongs to other scripts.
      if (marked) document.body.append(tip);
      else entry.append(tip);
      entry.hidden = marked || !(used || always);
    }
    list.hidden = list.querySelector("li:not([hidden])") === null;
    list.dataset.settled = "";
  };
  let waiting = 0;
  const soon = () => {
    delete list.dataset.settled;
    clearTimeout(waiting);
    waiting = setTimeout(look, 300);
  };
  const seen = { childList: true, subtree: true, characterData: true };
  new MutationObserver((changes) => {
    if (changes.some((change) => !list.contains(change.target))) soon();
  }).observe(main, seen);
  document.addEventListener("toggle", soon, true);
  soon();
})();
