// The script of every page of the client's: focus on what is wrong, and one submit only. Nothing of the staff's scripts.
import { startForms } from "./forms.js";

// The page says which part has just reached the practice (after sending: "form-12-", all of them): its copy stays on no
// tablet. Said once: on the way back through the browser's history the part may hold newer words.
function forgetArrived() {
  const { arrived } = document.body.dataset;
  if (!arrived) return;
  for (const key of Object.keys(localStorage)) {
    if (key === `draft::${arrived}` || (arrived.endsWith("-") && key.startsWith(`draft::${arrived}`))) localStorage.removeItem(key);
  }
  history.replaceState(history.state, "", location.pathname);
}

startForms();
try {
  forgetArrived();
} catch { /* a window without storage keeps nothing */ }
