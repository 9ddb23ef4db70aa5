// The list of zones, and the form of the one that is chosen, with what is measured of it now.
"use strict";
import { byId, filled, mm, nameOf, seconds, told, words } from "./told.js";
import { changed, deleteZone, draft, onChange, select, selectedZone } from "./draft.js";
import { addCorner, removeCorner } from "./moves.js";

const form = byId("form");
const list = byId("list");
const fields = form.elements;
let measures = {};
const text = (element, value) => { if (element.textContent !== value) element.textContent = value; };
const built = (name, className = "", children = []) => {
  const element = document.createElement(name);
  if (className) element.className = className;
  element.append(...children);
  return element;
};

// The list ----------------------------------------------------------------------------------

const rows = new Map();
const rowOf = (zone) => {
  const row = { sign: built("span", "sign"), name: built("b"), ill: built("span", "ill"),
    how: built("span", "how") };
  row.button = built("button", "", [row.sign, row.name, row.ill, row.how]);
  row.button.type = "button";
  row.sign.setAttribute("aria-hidden", "true");
  row.button.addEventListener("click", () => select(zone.key));
  row.item = built("li", "", [row.button]);
  list.append(row.item);
  return row;
};

const drawList = () => {
  for (const [key, row] of rows) {
    if (!draft.zones.some((zone) => zone.key === key)) { row.item.remove(); rows.delete(key); }
  }
  draft.zones.forEach((zone, place) => {
    if (!rows.has(zone.key)) rows.set(zone.key, rowOf(zone));
    const row = rows.get(zone.key);
    text(row.name, nameOf(zone));
    text(row.ill, draft.wrong.some((one) => one.key === zone.key) ? "!" : "");
    row.button.setAttribute("aria-current", zone.key === draft.selected);
    if (list.children[place] !== row.item) list.insertBefore(row.item, list.children[place]);
  });
};

const depthText = ({ depth_mm: depth }) => (depth === null ? words.nobody
  : filled(depth >= 0 ? words.depth_in : words.depth_out, { mm: mm(Math.abs(depth)) }));

// Nothing is measured while there is no picture, or of a zone whose outline makes no sense.
const unmeasured = (key) => (draft.wrong.some((one) => one.key === key && one.part === "polygon_mm")
  ? words.not_watched : "–");

const short = (key, measure) => {
  if (!measure) return unmeasured(key);
  const state = measure.reached ? words.reached : measure.phase === "entering" ? words.entering_short : "";
  return [state, depthText(measure)].filter(Boolean).join(", ");
};

const drawListMeasures = () => {
  for (const [key, row] of rows) {
    const measure = measures[key];
    const state = measure?.reached ? "reached" : measure?.phase ?? "";
    if (row.button.className !== state) row.button.className = state;
    text(row.sign, measure?.reached ? "✓" : "");
    text(row.how, short(key, measure));
  }
};

// The form ----------------------------------------------------------------------------------

const fill = () => {
  const zone = selectedZone();
  form.hidden = !zone;
  byId("empty").hidden = Boolean(zone);
  if (!zone) return;
  text(byId("form-title"), nameOf(zone));
  const values = { title_nl: zone.title.nl ?? "", title_en: zone.title.en ?? "", name: zone.name,
    use: zone.use ?? "", height_mm: zone.height_mm ?? "", enter_s: zone.enter_s ?? "",
    leave_s: zone.leave_s ?? "" };
  for (const [name, value] of Object.entries(values)) {
    if (document.activeElement !== fields[name]) fields[name].value = value;
  }
  fields.kind.value = zone.kind;
  // A use that a zone cannot have must be seen to be taken away.
  byId("use-row").hidden = zone.kind !== "button" && !zone.use;
  fillCorners(zone);
  fillWrong(zone);
};

const fillCorners = (zone) => {
  const body = byId("corners");
  while (body.children.length > zone.polygon_mm.length) body.lastElementChild.remove();
  while (body.children.length < zone.polygon_mm.length) body.append(cornerRow(body.children.length));
  [...body.children].forEach((row, number) => {
    const inputs = row.querySelectorAll("input");
    zone.polygon_mm[number].forEach((value, axis) => {
      if (document.activeElement !== inputs[axis]) inputs[axis].value = value;
    });
    row.querySelector("button").disabled = zone.polygon_mm.length <= 3;
  });
};

const cornerRow = (number) => {
  const label = built("th", "", [String(number + 1)]);
  label.scope = "row";
  label.id = `corner-${number}`;
  label.setAttribute("aria-label", filled(words.corner, { number: number + 1 }));
  const cells = ["x", "y"].map((axis, which) => {
    const input = built("input");
    Object.assign(input, { type: "number", step: 1, min: 0, max: told.bench_mm[which] });
    input.setAttribute("aria-labelledby", `corner-${number} ${axis}-head`);
    input.addEventListener("input", () => {
      const zone = selectedZone();
      if (!zone || input.value === "" || !Number.isFinite(input.valueAsNumber)) return;
      zone.polygon_mm[number][which] = input.valueAsNumber;
      changed(`typed corner ${number} ${axis}`);
    });
    return built("td", "", [input]);
  });
  const remove = built("button", "", ["×"]);
  remove.type = "button";
  remove.setAttribute("aria-label", filled(words.remove_corner, { number: number + 1 }));
  remove.addEventListener("click", () => removeCorner(selectedZone(), number));
  return built("tr", "", [label, ...cells, built("td", "", [remove])]);
};

const PARTS = ["title", "name", "use", "height_mm", "enter_s", "leave_s", "polygon_mm"];
const fillWrong = (zone) => {
  for (const part of PARTS) {
    const found = draft.wrong.filter((one) => one.key === zone.key && one.part === part);
    const place = byId(`wrong-${part}`);
    place.hidden = !found.length;
    text(place, found.map((one) => one.text).join(" "));
    for (const name of part === "title" ? ["title_nl", "title_en"] : [part]) {
      fields[name]?.setAttribute("aria-invalid", found.length > 0);
    }
  }
};

form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", (event) => {
  const zone = selectedZone();
  const { name, value } = event.target;
  if (!zone || !name) return;
  if (name.startsWith("title_")) {
    const language = name.slice("title_".length);
    if (value.trim()) zone.title = { ...zone.title, [language]: value };
    else { const { [language]: _, ...others } = zone.title; zone.title = others; }
  } else if (name === "name") zone.name = value.trim();
  else if (name === "use") zone.use = value || null;
  else if (name === "kind") {
    zone.kind = value;
    if (value !== "button") zone.use = null;
  } else zone[name] = value === "" ? null : event.target.valueAsNumber;
  changed(`typed ${zone.key} ${name}`);
});
byId("add-corner").addEventListener("click", () => {
  const zone = selectedZone();
  addCorner(zone, zone.polygon_mm.length - 1);
  byId("corners").lastElementChild.querySelector("input").focus();
});
byId("delete").addEventListener("click", () => {
  const zone = selectedZone();
  const place = draft.zones.indexOf(zone);
  deleteZone(zone.key);
  text(byId("say"), filled(words.deleted, { name: nameOf(zone) }));
  (list.children[Math.min(place, list.children.length - 1)]?.firstElementChild ?? byId("new")).focus();
});

// What is measured --------------------------------------------------------------------------

const stateText = (zone, measure) => {
  const values = { s: seconds(measure.phase_s),
    of: seconds((measure.phase === "entering" ? zone.enter_s : zone.leave_s) ?? 0) };
  return filled(words[measure.phase], values);
};

const pastText = (past) => {
  if (!past) return words.past_none;
  const values = { s: seconds(past.inside_s), mm: mm(past.deepest_mm) };
  const told_ = past.told.map(([kind, p]) =>
    `${words[kind === "removed" ? "removed_told" : kind] ?? kind} ${Math.round(100 * p)} %`);
  const base = filled(past.counted ? words.past_counted : words.past_short, values);
  return [base, ...told_].join(", ");
};

const drawMeasures = () => {
  const zone = selectedZone();
  if (!zone) return;
  const measure = measures[zone.key];
  const now = form.querySelector(".now");
  now.classList.toggle("reached", Boolean(measure?.reached));
  text(byId("verdict"), measure ? stateText(zone, measure) : unmeasured(zone.key));
  byId("meter").classList.toggle("unseen", !measure);
  const mark = byId("meter").querySelector(".mark");
  const depth = measure?.depth_mm;
  mark.toggleAttribute("hidden", depth === null || depth === undefined);
  if (depth !== null && depth !== undefined) {
    mark.setAttribute("transform", `translate(${Math.max(-58, Math.min(58, depth))} 0)`);
  }
  const lines = !measure ? [] : [
    [words.depth, depthText(measure)],
    [words.covered, measure.covered === null ? words.cannot_judge : `${Math.round(100 * measure.covered)} %`],
    [words.witness, depth === null ? "–" : measure.by_hand ? words.by_hand : words.by_arm],
    ...(zone.kind === "button" ? [[words.touch, `${Math.round(100 * measure.touch)} %`]] : []),
    [words.past, pastText(measure.past)],
  ];
  const dl = byId("measures");
  if (dl.children.length !== 2 * lines.length) {
    dl.replaceChildren(...lines.flatMap(() => [built("dt"), built("dd")]));
  }
  lines.forEach(([name, value], number) => {
    text(dl.children[2 * number], name);
    text(dl.children[2 * number + 1], value);
  });
};

export const seen = (news) => {
  measures = news.zones;
  drawListMeasures();
  drawMeasures();
};

onChange(() => { drawList(); fill(); drawListMeasures(); drawMeasures(); });
drawList();
fill();
