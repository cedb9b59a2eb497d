// The one script of the client's pages: focus on what is wrong, and one submit only. Nothing of the staff's scripts.
import { startForms } from "./forms.js";

startForms();
