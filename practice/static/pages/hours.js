// Working hours: more stretches in a day, taking one out, and Monday's hours for the whole working week.

let added = 100;

function blank(line, weekday) {
  // A copy of a line with names and ids of its own; its values are the caller's business.
  const copy = line.cloneNode(true);
  added += 1;
  const from = line.id, to = `stretch-${weekday}-${added}`;
  for (const part of [copy, ...copy.querySelectorAll("*")]) {
    for (const name of ["id", "for", "aria-describedby"]) {
      const value = part.getAttribute(name);
      if (value) part.setAttribute(name, value.replace(from, to));
    }
    if (part.name) part.name = part.name.replace(/\d+$/, weekday);
    part.removeAttribute("aria-invalid");
  }
  copy.classList.remove("has-error");
  copy.querySelector(".f-error")?.remove();
  return copy;
}

function empty(line) {
  for (const input of line.querySelectorAll("input")) input.value = "";
  line.querySelector("details").open = false;
}

function showRemovers(day) {
  const lines = day.querySelectorAll(".stretch");
  for (const line of lines) {
    const used = [...line.querySelectorAll("input")].some((input) => input.value);
    line.querySelector("[data-stretch-remove]").hidden = lines.length === 1 && !used;
  }
}

function add(day) {
  const list = day.querySelector("[data-stretches]");
  const copy = blank(list.lastElementChild, day.dataset.weekday);
  empty(copy);
  list.append(copy);
  copy.querySelector("input").focus();
}

function remove(line) {
  const day = line.closest("[data-weekday]");
  if (day.querySelectorAll(".stretch").length === 1) empty(line);
  else line.remove();
  day.querySelector("input").focus();
}

function copyMonday(form, monday) {
  for (const day of form.querySelectorAll("[data-weekday]")) {
    const weekday = Number(day.dataset.weekday);
    if (weekday < 1 || weekday > 4) continue;
    const dayName = day.querySelector(".week-name").textContent;
    const mondayName = monday.querySelector(".week-name").textContent;
    const copies = [...monday.querySelectorAll(".stretch")].map((line) => blank(line, weekday));
    for (const copy of copies) {
      for (const label of copy.querySelectorAll(".hidden")) label.textContent = label.textContent.replace(mondayName, dayName);
    }
    day.querySelector("[data-stretches]").replaceChildren(...copies);
  }
}

const form = document.querySelector("[data-hours]");
if (form) {
  const days = [...form.querySelectorAll("[data-weekday]")];
  for (const button of form.querySelectorAll("[data-stretch-add], [data-stretch-copy]")) button.hidden = false;
  const refresh = () => days.forEach(showRemovers);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[type=button]");
    if (!button) return;
    if (button.matches("[data-stretch-add]")) add(button.closest("[data-weekday]"));
    if (button.matches("[data-stretch-remove]")) remove(button.closest(".stretch"));
    if (button.matches("[data-stretch-copy]")) copyMonday(form, button.closest("[data-weekday]"));
    form.dispatchEvent(new Event("input"));
    refresh();
  });
  form.addEventListener("input", refresh);
  refresh();
}
