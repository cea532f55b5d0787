// Says so while the models are compiled for the first time: the first forecast waits for that.

import { read } from "./api.js";
import { byId, show } from "./dom.js";

export async function watch() {
  const place = byId("compiling");
  for (;;) {
    const { compiling, kernel, place: which, total } = await read("/api/state");
    if (!compiling) break;
    const far = total > 0 ? ` ${kernel} (${which} of ${total})` : " the models";
    show(place, `Compiling${far}, once after installing …`);
    await new Promise((done) => setTimeout(done, 1000));
  }
  show(place, "");
}
