// A field with suggestions: asks while somebody types, arrows and Enter or a tap choose, Escape closes. Used by the search in the
// top bar and by the choice of a client. The list is an empty [role=listbox] beside the field.

const LEAST = 2; // letters

function optionOf(item, id) {
  const option = document.createElement("div");
  option.className = "search-option";
  option.id = id;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", "false");
  const label = document.createElement("span");
  label.textContent = item.label;
  const detail = document.createElement("span");
  detail.className = "search-option-detail";
  detail.textContent = item.detail || "";
  option.append(label, detail);
  return option;
}

/* `address` is asked with ?q=, and answers [{label, detail, ...}]; `keep(item)` false leaves one out; `pick(item)` is called with the
   chosen one; `told(count)` says how many there are; `wait` are milliseconds of rest before asking. */
export function startCombobox(input, list, { address, pick, keep = () => true, told = () => {}, wait = 150 }) {
  let items = [];
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
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === next)));
    active = next;
    if (next < 0) { input.removeAttribute("aria-activedescendant"); return; }
    input.setAttribute("aria-activedescendant", list.children[next].id);
    list.children[next].scrollIntoView({ block: "nearest" });
  }

  function show(found) {
    items = found;
    list.replaceChildren(...items.map((item, at) => optionOf(item, `${list.id}-${at}`)));
    told(items.length);
    list.hidden = !items.length;
    input.setAttribute("aria-expanded", String(items.length > 0));
    mark(-1);
  }

  async function ask() {
    const words = input.value.trim();
    if (words.length < LEAST) { hide(); return; }
    const mine = ++asked;
    try {
      const answer = await fetch(`${address}?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } });
      const found = answer.ok ? (await answer.json()).filter(keep) : [];
      if (answer.ok && mine === asked && document.activeElement === input) show(found);
    } catch {
      hide(); // no network: the form itself still works
    }
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, wait); });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) { if (event.key === "ArrowDown") ask(); return; }
    if (event.key === "Escape") { event.preventDefault(); hide(); }
    if (event.key === "ArrowDown") { event.preventDefault(); mark((active + 1) % items.length); }
    if (event.key === "ArrowUp") { event.preventDefault(); mark((active - 1 + items.length) % items.length); }
    if (event.key === "Enter" && active >= 0) { event.preventDefault(); pick(items[active]); }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const at = [...list.children].indexOf(event.target.closest("[role=option]"));
    if (at >= 0) pick(items[at]);
  });
  input.addEventListener("blur", hide);
}
