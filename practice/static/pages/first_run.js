// The browser knows where it is: choose the time zone, its country and the country's currency, where nothing is chosen.

function choose(select, value) {
  if (!value || select.value || ![...select.options].some((option) => option.value === value)) return;
  select.value = value;
}

function chosen(select) {
  return select.selectedOptions[0]?.dataset ?? {};
}

const form = document.querySelector("[data-guess-place]");
if (form) {
  const { country, currency, time_zone: zone } = form.elements;
  choose(zone, Intl.DateTimeFormat().resolvedOptions().timeZone);
  choose(country, chosen(zone).country);
  choose(currency, chosen(country).currency);
  country.addEventListener("change", () => {
    currency.value = chosen(country).currency || currency.value;
    const here = [...zone.options].filter((option) => option.dataset.country === country.value);
    if (here.length && chosen(zone).country !== country.value) zone.value = here[0].value;
  });
}
