"use strict";
// The page of one account: chooses, unpacks, draws.

const settings = JSON.parse(document.getElementById("settings").textContent);
const byId = (id) => document.getElementById(id);
const lastDay = new Date(settings.as_of + "T00:00:00");
const dayOf = (number) => {
  const day = new Date(lastDay);
  day.setDate(day.getDate() - settings.days + 1 + number);
  return day.getTime();
};
const timeOf = (text) => new Date(text + "T00:00:00").getTime();
const bandTitle = (name) => bandOf[name] ? `${bandOf[name].symbol} ${bandOf[name].label}` : "no band";
const dark = (title) => {
  const band = bands.find((one) => `${one.symbol} ${one.label}` === title);
  if (!band) return true;
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(band.colour.slice(at, at + 2), 16));
  return r * 0.3 + g * 0.59 + b * 0.11 < 120;
};
const labelOf = (signal) => settings.signals[signal]?.label ?? spoken(signal);
const none = (value) => value === null || value === undefined;
const number = (value, places) => (none(value) ? "" : digits(value, places));

const pieces = {};
async function known(row) {
  pieces[row.piece] ??= unpack("piece_" + row.piece);
  const account = (await pieces[row.piece])[row.account_id];
  return { ...account, signals: rowsOf(account.signals) };
}

// Signals are packed as columns, and courses as day, score, day, score.
function rowsOf(columns) {
  if (!columns) return [];
  return columns.signal.map((_, place) => {
    const row = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[place]]));
    const flat = row.course ?? [];
    row.course = flat.flatMap((day, at) => (at % 2 ? [] : [[day, flat[at + 1]]]));
    return row;
  });
}

// The value of a signal as our sentences write it.
function valueText(signal, value) {
  if (none(value)) return "";
  const { format, unit } = settings.signals[signal] ?? {};
  const short = (amount) => amount.toLocaleString("en-US", { maximumSignificantDigits: 3 });
  const sign = value > 0 ? "+" : "";
  const plural = (name) => `${short(value)} ${name}${value === 1 ? "" : "s"}`;
  switch (format) {
    case "percent": return short(value * 100) + " %";
    case "change": return sign + short(value * 100) + " %";
    case "per_hundred": return short(value * 100) + " per 100";
    case "money": return `${settings.currency} ${money(value)}`;
    case "days_to_365": return value >= 365 ? "365 days or more" : plural("day");
    case "days": return plural("day");
    case "hours": return plural("hour");
    case "minutes": return plural("minute");
    case "months": return plural("month");
    case "flag": return value ? "yes" : "no";
    case "difference": case "deviations": return sign + short(value);
    default: return short(value) + (/^(-1|0|1) to/.test(unit ?? "") ? ` (${unit})` : "");
  }
}

const withData = (name, data) => ({ ...settings.specs[name], datasets: data });

// words in place of a chart that has nothing to show
async function drawOr(name, data, missing) {
  const place = byId("chart_" + name);
  if (Object.values(data)[0].length) return draw("chart_" + name, withData(name, data));
  place.replaceChildren(element("p", { class: "missing" }, missing));
}

function spells(days, names, titleOf, row, says) {
  const found = [];
  days.forEach((day, place) => {
    const name = names[place];
    const before = found.at(-1);
    if (before && before.name === name && before.until === day - 1) before.until = day;
    else found.push({ name, first: day, until: day });
  });
  // a short spell has room for the symbol of its band only, one of a few days for nothing
  const shown = (title, share) =>
    share >= 0.1 ? title : share >= 0.025 && title.includes(" ") ? title.split(" ")[0] : "";
  return found.filter((one) => !none(one.name)).map((one) => ({
    row, title: titleOf(one.name), from: dayOf(one.first), to: dayOf(one.until + 1),
    says: says(one.name), is_dark: dark(titleOf(one.name)),
    text: shown(titleOf(one.name), (one.until - one.first + 1) / days.length),
  }));
}

function drawScore(row, account) {
  const daily = account.daily ?? { day: [], score: [], uncapped: [], settled: [], cap: [] };
  const days = daily.day.map((day, place) => ({
    day: dayOf(day), score: daily.score[place],
    without_cap: daily.uncapped[place] === daily.score[place] ? null : daily.uncapped[place],
    last_score: place === daily.day.length - 1 ? daily.score[place] : null,
    band_title: bandTitle(daily.settled[place]), cap: daily.cap[place],
  }));
  const known = days.filter((day) => !none(day.score));
  const now = account.now;
  byId("score_title").textContent = !known.length
    ? "No score on any of these days: too little is measured"
    : none(now.health_score) ? "No score now: too little is measured"
      : `The score is ${digits(now.health_score, 1)}`
        + (none(now.change_28d) ? "" : now.change_28d === 0 ? ", as four weeks ago"
          : `, ${digits(Math.abs(now.change_28d), 1)} points ${now.change_28d > 0 ? "more" : "less"} than four weeks ago`)
        + (now.cap ? `: a cap holds it, it would be ${number(now.uncapped, 1)}` : "");
  return drawOr("score", {
    days: known.length ? days : [],
    spells: [
      ...spells(daily.day, daily.settled, bandTitle, "settled band", () => ""),
      ...spells(daily.day, daily.cap, () => "capped", "cap", (cap) => settings.caps[cap] ?? spoken(cap)),
    ],
  }, "There is no score to draw.");
}

function drawDrivers(account) {
  const drivers = account.drivers ?? [];
  const words = (effect, title) => {
    const some = drivers.filter((one) => one.effect === effect);
    if (!some.length) return null;
    return element("div", {}, element("h3", {}, title), element("ul", {}, ...some.map((one) =>
      element("li", {}, one.sentence + (effect === "hurts" && one.action
        ? `. What to do: ${settings.titles[one.action] ?? spoken(one.action)}` + (one.gain > 0
          ? `, ${digits(one.gain, 1)} points to gain` : "") : "")))));
  };
  byId("drivers_words").replaceChildren(element("div", { class: "two" },
    words("helps", "Helps"), words("hurts", "Hurts")));
  return drawOr("drivers", {
    drivers: [...drivers].sort((one, other) => other.points - one.points),
  }, "Nothing helps or hurts by name: no weighted signal is measured.");
}

function drawChanges(account) {
  const changes = account.changes ?? [];
  const period = (days) => (days === 1 ? "1 day" : `${days} days`);
  const rows = changes.filter((one) => !none(one.change)).flatMap((one) =>
    Object.entries(settings.causes).map(([cause, words]) =>
      ({ period: period(one.days), cause: words, points: one[cause] ?? 0 })));
  const month = changes.find((one) => one.days === 28 && !none(one.change));
  byId("changes_title").textContent = !month ? "What changed"
    : Math.abs(month.change) < 0.05 ? "In 28 days the score stayed as it was"
      : `In 28 days the score ${month.change > 0 ? "rose" : "fell"} by ${digits(Math.abs(month.change), 1)} points`;
  const table = element("table", {}, element("thead", {}, element("tr", {},
    ...["Within", "From", "Score then", "Change", ...Object.values(settings.causes), "In words"].map((head, place) =>
      element("th", { class: place > 1 && place < 8 ? "n" : null }, head)))),
  element("tbody", {}, ...changes.map((one) => element("tr", {},
    element("td", { class: "kept" }, period(one.days)), cell("date", one.from),
    cell("points", one.before), cell("signed", one.change),
    ...Object.keys(settings.causes).map((cause) => cell("signed", one[cause])),
    element("td", { class: "long" }, one.because ? `Not told: ${one.because}.` : [
      one.up && `Up: ${one.up}.`, one.down && `Down: ${one.down}.`,
    ].filter(Boolean).join("\n") || "No signal moved.")))));
  byId("changes_words").replaceChildren(changes.length
    ? element("div", { class: "scroll" }, table) : "");
  return drawOr("changes", { changes: rows },
    "There is no score of an earlier day to compare with.");
}

function chooseDimension(account, dimension) {
  for (const row of byId("dimensions").tBodies[0].rows) {
    const is = row.dataset.dimension === dimension;
    row.classList.toggle("chosen", is);
    row.querySelector("button").setAttribute("aria-pressed", is);
  }
  const signals = account.signals.filter((one) => one.dimension === dimension);
  byId("signals_title").textContent = dimension
    ? `Signals of ${settings.dimensions[dimension] ?? spoken(dimension)}` : "";
  byId("signals").hidden = !signals.length;
  byId("signals").tBodies[0].replaceChildren(...signals.map((one) => {
    const row = element("tr", { "data-signal": one.signal },
      element("td", {}, element("button", {
        type: "button", title: settings.signals[one.signal]?.says ?? null,
        onclick: () => chooseSignal(account, one.signal),
      }, labelOf(one.signal))),
      element("td", { class: "n" }, valueText(one.signal, one.value)),
      cell("points", one.score),
      element("td", { class: "n" }, one.weight ? number(one.weight * 100, 1) + " %"
        : one.status === "measured" ? "watched only" : ""),
      cell("signed", one.weight ? one.points : null),
      element("td", {}, (settings.status[one.status] ?? one.status)
        + (one.weight && one.status !== "measured" ? "; something stands in for it" : "")));
    return row;
  }));
  return chooseSignal(account, signals[0]?.signal);
}

async function chooseSignal(account, signal) {
  for (const row of byId("signals").tBodies[0].rows) {
    row.classList.toggle("chosen", row.dataset.signal === signal);
  }
  const one = account.signals.find((row) => row.signal === signal);
  if (!one) {
    byId("course_title").textContent = "";
    byId("course_words").textContent = "";
    return drawOr("course", { course: [] }, "No signal of this dimension is in the account's scorecard.");
  }
  const course = (one.course ?? []).map(([day, score]) => ({ day: dayOf(day), score, is_step: true }));
  if (course.length) course.push({ day: dayOf(settings.days - 1), score: course.at(-1).score, is_step: false });
  byId("course_title").textContent = `${labelOf(signal)}: `
    + (one.status === "measured" ? `${valueText(signal, one.value)} now`
      : `not known now, ${settings.status[one.status] ?? one.status}`);
  byId("course_words").textContent = settings.signals[signal]?.says ?? "";
  return drawOr("course", { course: course.some((row) => !none(row.score)) ? course : [] },
    "It had no score on any of these days.");
}

function showDimensions(account) {
  const dimensions = account.dimensions ?? [];
  const largest = Math.max(1, ...dimensions.map((one) => Math.abs(one.points ?? 0)));
  byId("dimensions").tBodies[0].replaceChildren(...dimensions.map((one) => {
    const bar = element("span", { class: "bar" + (one.points < 0 ? " hurts" : ""), "aria-hidden": "true" });
    bar.style.width = Math.abs(one.points ?? 0) / largest * 70 + "px";
    return element("tr", { "data-dimension": one.dimension },
      element("td", {}, element("button", {
        type: "button", onclick: () => chooseDimension(account, one.dimension),
      }, settings.dimensions[one.dimension] ?? spoken(one.dimension))),
      cell("points", one.score),
      element("td", { class: "n" }, number(none(one.weight) ? null : one.weight * 100, 1) + " %"),
      element("td", { class: "n" }, none(one.coverage) ? "" : number(one.coverage * 100, 0) + " %"),
      element("td", { class: "n" }, bar, " ", none(one.points) ? "" : kinds.signed(one.points)));
  }));
  const first = dimensions.reduce((worst, one) =>
    (!worst || (one.points ?? 0) < (worst.points ?? 0) ? one : worst), null);
  return chooseDimension(account, first?.dimension ?? null);
}

function drawTimeline(account) {
  const begin = dayOf(0), end = dayOf(settings.days - 1);
  const inside = (time) => Math.max(begin, Math.min(end, time));
  const events = [];
  const daily = account.daily;
  if (daily) {
    daily.settled.forEach((band, place) => {
      if (place && band !== daily.settled[place - 1]) {
        events.push({ kind: "band", what: "Settled band", from: dayOf(daily.day[place]), to: null,
          says: `from ${bandTitle(daily.settled[place - 1])} to ${bandTitle(band)}` });
      }
    });
  }
  for (const alert of account.alerts ?? []) {
    events.push({ kind: "alert", what: `Alert: ${alert.label}`, from: inside(timeOf(alert.from)),
      to: inside(timeOf(alert.to)), says: `${alert.sentence} (${alert.severity})` });
  }
  for (const action of account.actions ?? []) {
    const ended = action.state === "done" ? action.done : null;
    if (!action.called || timeOf(ended ?? settings.as_of) < begin) continue;
    events.push({ kind: "action", what: `Action: ${action.title}`, from: inside(timeOf(action.called)),
      to: ended ? inside(timeOf(ended)) : end, says: `${action.state}, due on ${action.due ?? "no day"}` });
  }
  const rows = [
    ...(account.alerts ?? []).map((one) => [one.from, one.open ? "open" : one.to, `Alert, ${one.severity}`, one.sentence]),
    ...(account.actions ?? []).map((one) => [one.called, one.done && one.state === "done" ? one.done : one.state,
      `Action by the ${one.who ?? "owner"}`,
      `${one.title}${one.due ? `, due on ${one.due}` : ""}${one.late ? " (overdue)" : ""}. ${one.playbook ?? ""}`]),
    ...events.filter((one) => one.kind === "band").map((one) => {
      const day = new Date(one.from);
      const two = (part) => String(part).padStart(2, "0");
      return [`${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`, "", "Settled band", one.says];
    }),
  ].sort((one, other) => String(other[0] ?? "").localeCompare(String(one[0] ?? "")));
  byId("timeline_words").replaceChildren(rows.length ? element("div", { class: "scroll" }, element("table", {},
    element("thead", {}, element("tr", {}, ...["Since", "Until", "What", "In words"].map((head) => element("th", {}, head)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {},
      element("td", { class: "said" }, row[0] ?? ""), element("td", { class: "said" }, row[1] ?? ""),
      element("td", { class: "said" }, row[2]), element("td", {}, row[3])))))) : "");
  return drawOr("timeline", { events: events.map((one) => ({ ...one, end: one.to ?? one.from })) },
    "No alert, no action and no other band in this period.");
}

function showFigures(row, account) {
  const now = account.now;
  const figures = [
    [bandLabel(row.health_band), "band today"],
    [bandLabel(now.settled_band), "settled band"],
    [none(now.health_score) ? "none" : digits(now.health_score, 1), "score, 0 to 100"],
    [none(now.coverage) ? "unknown" : digits(now.coverage * 100, 0) + " %", "of the weight is measured"],
    [none(row.arr) ? "unknown" : `${settings.currency} ${money(row.arr)}`, "ARR"],
    [none(now.days_to_renewal) ? "unknown" : digits(now.days_to_renewal, 0), "days to the renewal"],
    [none(now.renewal_probability) ? "unknown" : digits(now.renewal_probability * 100, 0) + " %", "chance that it renews"],
  ];
  byId("figures").replaceChildren(...figures.map(([value, what]) =>
    element("div", {}, element("b", {}, value), element("span", {}, what))));
  byId("words").textContent = [
    row.account_id, now.owner_id && `owner ${now.owner_id}`, spoken(now.segment ?? "no segment"),
    spoken(now.industry ?? "no industry"), now.lifecycle_stage && `stage ${spoken(now.lifecycle_stage)}`,
    `scorecard ${now.scorecard ?? "none"} ${now.scorecard_version ?? ""}`.trim(),
    now.quadrant && `${settings.quadrants[now.quadrant] ?? spoken(now.quadrant)} (relationship ${number(now.relationship, 0)}, impact ${number(now.impact, 0)})`,
    now.is_watermelon ? "green outside, red inside" : null,
  ].filter(Boolean).join(" · ") + (now.cap ? `. Capped: ${settings.caps[now.cap] ?? spoken(now.cap)}.` : "")
    + (now.warning ? ` ${now.warning}` : "");
}

let accounts = [];
async function show(id) {
  const row = accounts.find((one) => one.account_id === id);
  byId("account").hidden = !row;
  byId("name").textContent = row ? row.account_name ?? row.account_id : `No account ${id} on this page`;
  document.title = `${row ? row.account_name ?? row.account_id : "Account"} – Customer Health`;
  if (!row) return;
  delete document.body.dataset.account;
  const account = await known(row);
  showFigures(row, account);
  await Promise.all([drawScore(row, account), drawDrivers(account), drawChanges(account),
    showDimensions(account), drawTimeline(account)]);
  document.body.dataset.account = id;
}

function find() {
  const searched = byId("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = accounts.filter((row) => {
    const text = `${row.account_name ?? ""} ${row.account_id} ${row.owner_id ?? ""} ${bandOf[row.health_band]?.label ?? ""}`.toLowerCase();
    return searched.every((word) => text.includes(word));
  });
  byId("found").hidden = false;
  byId("found").replaceChildren(...found.slice(0, 60).map((row) => element("li", {}, element("a", {
    href: "#" + encodeURIComponent(row.account_id), onclick: () => { byId("found").hidden = true; },
  }, element("span", { class: "name" }, row.account_name ?? row.account_id), element("span", {}, row.account_id),
  element("span", {}, row.owner_id ?? ""), bandLabel(row.health_band),
  element("span", {}, none(row.health_score) ? "no score" : digits(row.health_score, 1))))));
  byId("number").textContent = `${digits(found.length, 0)} of ${digits(accounts.length, 0)} accounts`
    + (found.length > 60 ? ", the first 60 are shown" : "");
}

byId("search").addEventListener("input", find);
byId("search").addEventListener("focus", find);
byId("search").addEventListener("keydown", (event) => {
  if (event.key === "Escape") byId("found").hidden = true;
  if (event.key === "Enter") byId("found").querySelector("a")?.click();
});
const asked = () => decodeURIComponent(location.hash.slice(1)) || settings.first;
window.addEventListener("hashchange", () => show(asked()));
unpack("accounts").then((rows) => {
  accounts = rows;
  byId("number").textContent = `${digits(accounts.length, 0)} accounts`;
  return show(asked());
});
