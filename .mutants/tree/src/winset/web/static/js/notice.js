// A word that outlasts the way to the next page.

import { byId, show } from "./dom.js";

const KEPT = "winset-notice";

export const leaveNotice = (words) => sessionStorage.setItem(KEPT, words.trim());

export function showNotice() {
  show(byId("notice"), sessionStorage.getItem(KEPT) ?? "");
  sessionStorage.removeItem(KEPT);
}

// Loads `target` anew with a word; also where it is this very page.
export function go(target, words) {
  leaveNotice(words);
  const here = location.pathname + location.search;
  if (target.split("#")[0] === here) location.reload();
  else location.assign(target);
}
