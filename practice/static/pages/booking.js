// Booking: free times follow the form, a typed time and a chosen one exclude each other, and the client is picked from suggestions.

const WAIT = 250; // ms of rest before asking
const LEAST = 2; // letters

const form = document.querySelector("form[data-booking]");
const offers = form?.querySelector("[data-offers]");
let timer = 0;
let asked = 0;

async function refresh() {
  const address = new URL(form.dataset.booking, location.href);
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value && name !== "csrf_token") address.searchParams.set(name, value);
  }
  const mine = ++asked;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (answer.ok && mine === asked) offers.innerHTML = await answer.text();
  } catch { /* no network: saving will say what is free */ }
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(refresh, WAIT);
}

if (offers) {
  form.addEventListener("input", (event) => {
    const name = event.target.name;
    if (name === "slot") {
      form.elements.time.value = "";
      return;
    }
    if (name === "time") for (const radio of form.querySelectorAll("input[name=slot]:checked")) radio.checked = false;
    if (["treatment", "therapist", "time", "minutes", "room"].includes(name)) later();
  });
}

function startPicker(box) {
  const input = box.querySelector("input");
  const list = box.querySelector("[role=listbox]");
  let options = [];
  let active = -1;
  let rest = 0;
  let question = 0;

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
    if (next >= 0) input.setAttribute("aria-activedescendant", options[next].id);
  }

  function pick(option) {
    const target = new URL(box.dataset.keep, location.href);
    // What was typed meanwhile goes along.
    for (const name of ["treatment", "therapist"]) target.searchParams.set(`${name}_id`, form.elements[name].value);
    for (const name of ["time", "minutes", "desk_note"]) if (form.elements[name].value) target.searchParams.set(name, form.elements[name].value);
    target.searchParams.set("client_id", option.dataset.client);
    location.assign(target.href);
  }

  function show(found) {
    list.replaceChildren();
    options = found.map((item, at) => {
      const option = document.createElement("div");
      option.className = "search-option";
      option.id = `client-option-${at}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.client = item.client;
      const label = document.createElement("span");
      label.textContent = item.label;
      const detail = document.createElement("span");
      detail.className = "search-option-detail";
      detail.textContent = item.detail || "";
      option.append(label, detail);
      list.append(option);
      return option;
    });
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    mark(-1);
  }

  async function ask() {
    const words = input.value.trim();
    if (words.length < LEAST) { hide(); return; }
    const mine = ++question;
    try {
      const answer = await fetch(`${box.dataset.clientPicker}?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || mine !== question) return;
      // Suggestions name pages; clients are those whose page is /clients/<number>.
      const found = (await answer.json()).map((item) => ({ ...item, client: item.url?.match(/\/clients\/(\d+)\/?$/)?.[1] })).filter((item) => item.client);
      if (document.activeElement === input) show(found);
    } catch {
      hide(); // no network: the words typed decide when the form is sent
    }
  }

  input.addEventListener("input", () => { clearTimeout(rest); rest = setTimeout(ask, WAIT); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); hide(); return; }
    if (list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); mark((active + 1) % options.length); }
    if (event.key === "ArrowUp") { event.preventDefault(); mark((active - 1 + options.length) % options.length); }
    if (event.key === "Enter" && active >= 0) { event.preventDefault(); pick(options[active]); }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => { const option = event.target.closest("[role=option]"); if (option) pick(option); });
  input.addEventListener("blur", hide);
}

// Whoever is not found is registered with what was typed already.
document.querySelector("[data-new-client]")?.addEventListener("click", (event) => {
  const words = form.elements.client.value.trim();
  if (words) event.currentTarget.href = `${event.currentTarget.href.split("?")[0]}?name=${encodeURIComponent(words)}`;
});

const picker = document.querySelector("[data-client-picker]");
if (picker?.dataset.clientPicker) startPicker(picker);
