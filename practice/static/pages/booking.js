// Booking: free times follow the form, a typed time and a chosen one exclude each other, and the client is picked from suggestions.

import { startCombobox } from "../combobox.js";

const WAIT = 250; // ms of rest before asking

const form = document.querySelector("form[data-booking]");
const offers = form?.querySelector("[data-offers]");
let timer = 0;
let asked = 0;

// Where the free times stand below the form, what is said of the time stands at its field too.
function repeat() {
  const words = offers.querySelector(".note");
  form.querySelector("[data-said]").replaceChildren(...(words ? [words.cloneNode(true)] : []));
}

async function refresh() {
  const address = new URL(form.dataset.booking, location.href);
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value && name !== "csrf_token") address.searchParams.set(name, value);
  }
  const mine = ++asked;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (answer.ok && mine === asked) {
      offers.innerHTML = await answer.text();
      repeat();
    }
  } catch { /* no network: saving will say what is free */ }
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(refresh, WAIT);
}

if (offers) {
  repeat();
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

// Suggestions name pages; clients are those whose page is /clients/<number>.
const clientOf = (item) => item.url?.match(/\/clients\/(\d+)\/?$/)?.[1];

function pick(box, item) {
  const target = new URL(box.dataset.keep, location.href);
  // What was typed meanwhile goes along.
  for (const name of ["treatment", "therapist"]) target.searchParams.set(`${name}_id`, form.elements[name].value);
  for (const name of ["time", "minutes", "desk_note"]) if (form.elements[name].value) target.searchParams.set(name, form.elements[name].value);
  target.searchParams.set("client_id", clientOf(item));
  location.assign(target.href);
}

// Whoever is not found is registered with what was typed already.
document.querySelector("[data-new-client]")?.addEventListener("click", (event) => {
  const words = form.elements.client.value.trim();
  if (words) event.currentTarget.href = `${event.currentTarget.href.split("?")[0]}?name=${encodeURIComponent(words)}`;
});

const picker = document.querySelector("[data-client-picker]");
if (picker?.dataset.clientPicker) {
  startCombobox(picker.querySelector("input"), picker.querySelector("[role=listbox]"), {
    address: picker.dataset.clientPicker, keep: clientOf, pick: (item) => pick(picker, item), wait: WAIT,
  });
}
