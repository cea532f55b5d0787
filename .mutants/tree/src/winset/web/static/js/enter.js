// The page that the one-time address opens: keeps the proof of this session and goes on to the cases.

import { keepProof } from "./proof.js";

keepProof(document.querySelector("meta[name=winset-proof]").content);
location.replace("/");
