// One-key shortcuts: "/" search, "?" the list of them. None works while typing; a device can switch them off.
import { openDialog } from "./dialogs.js";

const KEY = "shortcuts-off";

export function shortcutsAreOff() {
  try { return localStorage.getItem(KEY) === "1"; } catch { return false; }
}

export function isTyping(target) {
  return Boolean(target?.closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]"));
}

export function startShortcuts() {
  const box = document.querySelector("[data-shortcuts-on]");
  if (box) {
    box.checked = !shortcutsAreOff();
    box.addEventListener("change", () => {
      try { box.checked ? localStorage.removeItem(KEY) : localStorage.setItem(KEY, "1"); } catch { /* private window: stays as it was */ }
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || shortcutsAreOff()) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "/") {
      const search = document.getElementById("search");
      if (!search) return;
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "?") {
      event.preventDefault();
      openDialog(document.getElementById("shortcuts"));
    }
  });
}
