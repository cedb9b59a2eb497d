// The one script every page loads: it starts the small modules. Pages work without it, only less comfortably.
import { startDialogs } from "./dialogs.js";
import { startMenus } from "./menus.js";
import { startForms } from "./forms.js";
import { startTables } from "./tables.js";
import { startTabs } from "./tabs.js";
import { startToasts } from "./toasts.js";
import { startShortcuts } from "./shortcuts.js";
import { startSearch } from "./search.js";
import { startAutosave } from "./autosave.js";
import { startPay } from "./pay.js";
import { startInline } from "./inline.js";
import { startLock } from "./lock.js";

startDialogs();
startMenus();
startForms();
startTables();
startTabs();
startToasts();
startShortcuts();
startSearch();
startAutosave();
startPay();
startInline();
startLock();
if (document.querySelector("[data-passkey]")) import("./passkey.js").then((passkey) => passkey.startPasskeys());
