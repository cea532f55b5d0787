// Says so while the models are compiled for the first time: the first forecast waits for that.

import { read } from "/static/js/api.js";
import { byId, show } from "/static/js/dom.js";

export async function watch() {
  const place = byId("compiling");
  for (;;) {
    const { compiling } = await read("/api/state");
    if (!compiling) break;
    show(place, "Compiling the models; the first time takes about half a minute …");
    await new Promise((done) => setTimeout(done, 1000));
  }
  show(place, "");
}
