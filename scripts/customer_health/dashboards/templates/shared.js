"use strict";
// What all pages share: bands, numbers, tables that sort and filter, charts.

const bands = JSON.parse(document.getElementById("all_bands").textContent);
const bandOf = Object.fromEntries(bands.map((band) => [band.band, band]));

async function unpack(id) {
  const text = (typeof id === "string" ? document.getElementById(id) : id).textContent;
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

// elements only from text: names of accounts may hold anything
function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function bandLabel(name) {
  const band = bandOf[name];
  if (!band) return element("span", {}, name === null ? "" : spoken(name));
  const sign = element("i", { "aria-hidden": "true" }, band.symbol);
  sign.style.color = band.colour;
  return element("span", { class: "band" }, sign, " ", band.label);
}

function spoken(name) {
  return String(name).replaceAll("_", " ");
}

function digits(value, places) {
  return value.toLocaleString("en-US", {
    minimumFractionDigits: places, maximumFractionDigits: places,
  });
}

function money(value) {
  const size = Math.abs(value);
  if (size >= 999500) return digits(value / 1e6, 1) + "m";
  if (size >= 999.5) return digits(value / 1e3, 0) + "k";
  return digits(value, 0);
}

const kinds = {
  count: (value) => digits(value, 0),
  points: (value) => digits(value, 1),
  figure: (value) => digits(value, 2),
  share: (value) => digits(value * 100, 1) + " %",
  signed: (value) => (value >= 0.05 ? "+" : "") + digits(Math.abs(value) < 0.05 ? 0 : value, 1),
  money: money,
  date: (value) => String(value).slice(0, 10),
  flag: (value) => (value ? "yes" : "no"),
  text: String,
  words: spoken,
  named: String,
  long: String,
};
const numeric = ["count", "points", "figure", "share", "signed", "money"];

function cell(kind, value, row) {
  if (kind === "band") return element("td", {}, bandLabel(value));
  if (value === null || value === undefined || value === "") {
    return element("td", { class: numeric.includes(kind) ? "n" : null });
  }
  if (kind === "account") {
    const link = element("a", { href: "account.html#" + encodeURIComponent(row.account_id) },
      value);
    return element("td", { class: "account" }, link);
  }
  const place = numeric.includes(kind) ? "n" : { long: "long", date: "kept", named: "named" }[kind];
  const title = kind === "money" ? digits(value, 0) : null;
  return element("td", { class: place, title }, kinds[kind](value));
}

// Worst band last, nothing last, else by value.
function order(kind, one, other) {
  const [a, b] = [one, other];
  const none = (value) => value === null || value === undefined || value === "";
  if (none(a) || none(b)) return none(a) - none(b);
  if (kind === "band") {
    const place = (name) => bands.findIndex((band) => band.band === name);
    return place(a) - place(b);
  }
  if (typeof a === "string") return a.localeCompare(b, "en");
  return a - b;
}

function showTable(place, table) {
  const chosen = {};
  const seen = table.columns.filter(([, , kind]) => kind !== "filter");
  let sorted = null, falls = false, shown = table.shown, searched = "";
  const body = element("tbody");
  const told = element("p", { class: "quiet", role: "status" });
  const more = element("button", { class: "plain", onclick: () => { shown *= 4; fill(); } },
    "Show more");

  function fill() {
    let rows = table.rows.filter((row) =>
      Object.entries(chosen).every(([name, value]) => value === "" || String(row[name] ?? "") === value));
    if (searched) {
      rows = rows.filter((row) => table.columns.some(([name]) =>
        String(row[name] ?? "").toLowerCase().includes(searched))
        || String(row.account_id ?? "").toLowerCase().includes(searched));
    }
    if (sorted) {
      const [name, , kind] = sorted;
      const none = (row) => row[name] === null || row[name] === undefined || row[name] === "";
      rows = [...rows].sort((one, other) => {
        const result = order(kind, one[name], other[name]);
        return falls && !none(one) && !none(other) ? -result : result;
      });
    }
    body.replaceChildren(...rows.slice(0, shown).map((row) =>
      element("tr", {}, ...seen.map(([name, , kind]) => cell(kind, row[name], row)))));
    more.hidden = rows.length <= shown;
    told.textContent = !rows.length ? "No row is like this."
      : rows.length > shown ? `${digits(shown, 0)} of ${digits(rows.length, 0)} rows` : "";
  }

  const heads = seen.map((column) => {
    const head = element("th", { scope: "col", class: numeric.includes(column[2]) ? "n" : null });
    head.append(element("button", {
      onclick: () => {
        falls = sorted === column ? !falls : numeric.includes(column[2]);
        sorted = column;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", falls ? "descending" : "ascending");
        fill();
      },
    }, column[1]));
    return head;
  });
  if (table.filters.length || table.rows.length > table.shown) {
    const row = element("div", { class: "filters" });
    for (const name of table.filters) {
      const column = table.columns.find(([key]) => key === name);
      const values = [...new Set(table.rows.map((one) => String(one[name] ?? "")))];
      values.sort((one, other) => order(column[2], one, other));
      const label = (value) => column[2] === "band" && bandOf[value] ? bandOf[value].label
        : ["flag", "filter"].includes(column[2]) ? (value === "true" ? "yes" : "no") : spoken(value);
      const select = element("select", {
        "data-filter": name,
        onchange: (event) => { chosen[name] = event.target.value; fill(); },
      }, element("option", { value: "" }, "all"),
      ...values.filter((value) => value !== "").map((value) =>
        element("option", { value }, label(value))));
      row.append(element("label", {}, column[1], select));
    }
    row.append(element("label", {}, "Search", element("input", {
      type: "search",
      oninput: (event) => { searched = event.target.value.trim().toLowerCase(); fill(); },
    })));
    place.append(row);
  }
  place.append(element("div", { class: "scroll" }, element("table", {},
    element("thead", {}, element("tr", {}, ...heads)), body)), told, more);
  fill();
}

const drawn = {};
async function draw(id, spec) {
  const place = document.getElementById(id);
  if (drawn[id]) drawn[id].finalize();
  drawn[id] = await vegaEmbed(place, spec, { actions: false, renderer: "svg" });
  return drawn[id];
}

const charts = JSON.parse(document.getElementById("all_charts").textContent);
const ready = Promise.all([
  ...Object.entries(charts).filter(([key]) => document.getElementById("chart_" + key))
    .map(([key, spec]) => draw("chart_" + key, spec)),
  ...[...document.querySelectorAll("script.table")].map(async (script) => {
    const table = await unpack(script);
    showTable(document.getElementById("table_" + script.dataset.key), table);
  }),
]);
ready.then(() => { document.body.dataset.ready = "yes"; });
