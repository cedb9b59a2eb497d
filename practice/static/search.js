// The search field in the top bar: asks <data-search>?q=, expects [{label, detail, url}]. Enter without a choice sends the form.
import { startCombobox } from "./combobox.js";

function open(item) {
  // Only addresses of this site: the list comes from the server, the check costs nothing.
  const target = new URL(item.url, location.href);
  if (target.origin === location.origin) location.assign(target.href);
}

export function startSearch() {
  const form = document.querySelector("form[data-search]");
  if (!form) return;
  const input = form.querySelector("input[type=search]");
  const list = form.querySelector("[role=listbox]");
  const status = form.querySelector("[data-search-status]");
  input.addEventListener("keydown", (event) => { if (event.key === "Escape" && list.hidden) input.blur(); });
  startCombobox(input, list, {
    address: form.dataset.search,
    pick: open,
    told: (count) => { status.textContent = count ? status.dataset.wordSome.replace("{count}", count) : status.dataset.wordNone; },
  });
}
