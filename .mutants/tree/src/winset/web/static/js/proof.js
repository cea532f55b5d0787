// The second secret of a session. Storage belongs to one port; a cookie goes to every port of a host.

const KEPT = "winset-proof";

export const keepProof = (proof) => localStorage.setItem(KEPT, proof);
export const proofHeaders = () => ({ "x-winset-proof": localStorage.getItem(KEPT) ?? "" });
