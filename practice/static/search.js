// The search field in the top bar as a combobox: asks <data-search>?q=, expects [{label, detail, url}]. Enter without a choice sends the form.

const WAIT = 150; // ms of rest before asking
const LEAST = 2; // letters

export function startSearch() {
  const form = document.querySelector("form[data-search]");
  if (!form) return;
  const input = form.querySelector("input[type=search]");
  const list = form.querySelector("[role=listbox]");
  const status = form.querySelector("[data-search-status]");
  let options = [];
  let active = -1;
  let timer = 0;
  let asked = 0;

  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);

  function hide() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(next) {
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === next)));
    active = next;
    if (next < 0) { input.removeAttribute("aria-activedescendant"); return; }
    input.setAttribute("aria-activedescendant", options[next].id);
    options[next].scrollIntoView({ block: "nearest" });
  }

  function show(found) {
    list.replaceChildren();
    options = found.map((item, at) => {
      const option = document.createElement("div");
      option.className = "search-option";
      option.id = `search-option-${at}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.url = item.url;
      const label = document.createElement("span");
      label.textContent = item.label;
      const detail = document.createElement("span");
      detail.className = "search-option-detail";
      detail.textContent = item.detail || "";
      option.append(label, detail);
      list.append(option);
      return option;
    });
    status.textContent = found.length ? status.dataset.wordSome.replace("{count}", found.length) : status.dataset.wordNone;
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    mark(-1);
  }

  async function ask() {
    const words = input.value.trim();
    if (words.length < LEAST) { hide(); return; }
    const mine = ++asked;
    try {
      const answer = await fetch(`${form.dataset.search}?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } });
      if (answer.ok && mine === asked && document.activeElement === input) show(await answer.json());
    } catch {
      hide(); // no network: the form itself still works
    }
  }

  function go(option) {
    // Only addresses of this site: the list comes from the server, the check costs nothing.
    const target = new URL(option.dataset.url, location.href);
    if (target.origin === location.origin) location.assign(target.href);
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { if (list.hidden) input.blur(); else { event.preventDefault(); hide(); } return; }
    if (list.hidden) { if (event.key === "ArrowDown") ask(); return; }
    if (event.key === "ArrowDown") { event.preventDefault(); mark((active + 1) % options.length); }
    if (event.key === "ArrowUp") { event.preventDefault(); mark((active - 1 + options.length) % options.length); }
    if (event.key === "Enter" && active >= 0) { event.preventDefault(); go(options[active]); }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => { const option = event.target.closest("[role=option]"); if (option) go(option); });
  input.addEventListener("blur", hide);
}
