// @ts-check
// The page that the one-time address opens: keeps the proof of this session and goes on to the cases.

import { within } from "./dom.js";
import { keepProof } from "./proof.js";

keepProof(within(document, "meta[name=winset-proof]", HTMLMetaElement).content);
location.replace("/");
