// Zones on the picture: drawn, chosen, dragged and moved, with the mouse, a finger or the keys.
"use strict";
import { byId, filled, mm, nameOf, svg, told, words } from "./told.js";
import {
  addZone, changed, draft, onBench, onChange, outlineOf, select, selectedZone, untilPlaced,
} from "./draft.js";
import { ARROWS, clamped, cornerByKey, moveByKey, shift } from "./moves.js";

const stage = byId("drawing");
stage.setAttribute("viewBox", `0 0 ${told.width} ${told.height}`);
const zonesLayer = svg("g");
const handlesLayer = svg("g");
const newLayer = svg("g");
const tipsLayer = svg("g", { "aria-hidden": "true" });
stage.append(
  svg("polygon", { class: "bench", points: told.bench_px.join(" "), "stroke-width": 1.5 }),
  zonesLayer, handlesLayer, newLayer, tipsLayer,
);

const NEAR = 14;       // screen pixels within which a click is on the first corner
const DRAGGED = 6;     // a pointer that moved less was only pressed

let fresh = null;      // corners of the zone that is being drawn, in the picture's pixels
let cross = null;      // where the keyboard's cross is; null while the mouse is used
let drag = null;
let measures = {};
const shapes = new Map();

// One pixel of the screen in the picture's pixels: sizes stay the same on every screen.
const unit = () => told.width / Math.max(1, stage.clientWidth);
const at = (event) => {
  const box = stage.getBoundingClientRect();
  return [
    Math.min(told.width, Math.max(0, ((event.clientX - box.left) / box.width) * told.width)),
    Math.min(told.height, Math.max(0, ((event.clientY - box.top) / box.height) * told.height)),
  ];
};
const apart = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]);
const middle = (points) => {
  const sum = points.reduce(([x, y], point) => [x + point[0], y + point[1]], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
};

export const hint = (text) => { byId("hint").textContent = text; };
export const isDrawing = () => fresh !== null;

const tellHint = () => hint(fresh ? words.new_hint : selectedZone() ? words.edit_hint : words.start_hint);

// On the picture there is room for little: +12 mm is inside, −34 mm outside; then what is covered.
const shortly = (measure) => [
  measure.depth_mm !== null && measure.depth_mm > -80 && `${measure.depth_mm < 0 ? "−" : "+"}${mm(Math.abs(measure.depth_mm))} mm`,
  measure.covered > 0.02 && `${Math.round(100 * measure.covered)} %`,
].filter(Boolean).join(" · ");

// Zones -------------------------------------------------------------------------------------

const built = (zone) => {
  const parts = {
    casing: svg("polygon", { class: "casing" }), line: svg("polygon", { class: "line" }),
    name: svg("text"), measure: svg("text", { class: "measure" }),
  };
  const group = svg("g", { class: "zone", tabindex: 0, role: "button", "data-key": zone.key },
    Object.values(parts));
  group.addEventListener("focus", () => { if (!fresh && !drag) select(zone.key); });
  group.addEventListener("keydown", (event) => moveByKey(event, zone.key));
  zonesLayer.append(group);
  return { group, ...parts };
};

export const redraw = () => {
  const size = unit();
  for (const [key, shape] of shapes) {
    if (!draft.zones.some((zone) => zone.key === key)) { shape.group.remove(); shapes.delete(key); }
  }
  for (const zone of draft.zones) {
    const outline = outlineOf(zone.key);
    if (!shapes.has(zone.key)) shapes.set(zone.key, built(zone));
    const shape = shapes.get(zone.key);
    if (!outline?.corners_px.length) continue;
    const moved = drag?.key === zone.key ? drag.corners : null;
    const line = (moved ?? outline.line_px).join(" ");
    for (const part of [shape.casing, shape.line]) part.setAttribute("points", line);
    shape.casing.setAttribute("stroke-width", 5 * size);
    shape.line.setAttribute("stroke-width", 2.2 * size);
    const [x, y] = middle(moved ?? outline.corners_px);
    for (const [part, up] of [[shape.name, -0.15], [shape.measure, 1.05]]) {
      part.setAttribute("x", x);
      part.setAttribute("y", y + up * 14 * size);
      part.setAttribute("font-size", (up < 0 ? 14 : 12) * size);
      part.setAttribute("stroke-width", 3.5 * size);
    }
    shape.name.textContent = nameOf(zone);
    shape.group.setAttribute("aria-label", nameOf(zone));
  }
  drawMeasures();
  drawHandles();
  drawFresh();
};

const drawMeasures = () => {
  for (const [key, shape] of shapes) {
    const measure = measures[key];
    const chosen = key === draft.selected;
    shape.measure.textContent = measure ? shortly(measure) : "";
    const ill = draft.wrong.some((one) => one.key === key);
    shape.group.setAttribute("class", ["zone", chosen && "selected", ill && "ill",
      measure?.reached ? "reached" : measure?.phase].filter(Boolean).join(" "));
    if (measure?.reached) shape.name.textContent = `✓ ${nameOf(draft.zones.find((zone) => zone.key === key) ?? { title: {} })}`;
    else if (shape.name.textContent.startsWith("✓ ")) shape.name.textContent = shape.name.textContent.slice(2);
  }
};

export const seen = (news) => {
  measures = news.zones;
  drawMeasures();
  const size = unit();
  tipsLayer.replaceChildren(...news.tips.map(([x, y, byHand]) => svg("circle", {
    class: byHand ? "tip hand" : "tip arm", cx: x, cy: y,
    r: (byHand ? 4 : 9) * size, "stroke-width": (byHand ? 1.2 : 3) * size,
  })));
};

// Corners -----------------------------------------------------------------------------------

const drawHandles = () => {
  const zone = fresh ? null : selectedZone();
  const corners = zone && ((drag?.key === zone.key && drag.corners) || outlineOf(zone.key)?.corners_px);
  const held = document.activeElement?.dataset?.corner;
  const hadFocus = handlesLayer.contains(document.activeElement);
  if (!corners) { handlesLayer.replaceChildren(); return; }
  const size = unit();
  // While one is dragged or moved by keys, the same element stays: it has the pointer and focus.
  const old = [...handlesLayer.children];
  if (old.length !== corners.length || old[0]?.dataset.zone !== zone.key) {
    handlesLayer.replaceChildren(...corners.map((_, number) => {
      const handle = svg("circle", { class: "handle", tabindex: 0, role: "button",
        "data-corner": number, "data-zone": zone.key });
      handle.addEventListener("keydown", (event) => cornerByKey(event, number));
      return handle;
    }));
    if (hadFocus) handlesLayer.children[Math.min(held, corners.length - 1)]?.focus();
  }
  [...handlesLayer.children].forEach((handle, number) => {
    const [x, y] = zone.polygon_mm[number] ?? [0, 0];
    handle.setAttribute("cx", corners[number][0]);
    handle.setAttribute("cy", corners[number][1]);
    handle.setAttribute("r", 8 * size);
    handle.setAttribute("stroke-width", 2 * size);
    handle.setAttribute("class", drag?.corner === number ? "handle dragged" : "handle");
    handle.setAttribute("aria-label", `${filled(words.corner, { number: number + 1 })}: x ${x}, y ${y} mm`);
  });
};

// Pointer -----------------------------------------------------------------------------------

let readingOut = false;
const readOut = async (point, height) => {
  if (readingOut) return;
  readingOut = true;
  const found = await onBench([point], height);
  readingOut = false;
  if (found && (drag || fresh)) hint(`x ${mm(found[0][0])}, y ${mm(found[0][1])} mm`);
};

stage.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  cross = null;
  const point = at(event);
  if (fresh) {
    drag = { from: point, to: point };
    stage.setPointerCapture(event.pointerId);
    event.preventDefault();
    return;
  }
  const handle = event.target.closest(".handle");
  const group = event.target.closest(".zone");
  const key = handle?.dataset.zone ?? group?.dataset.key;
  if (!key) { select(null); return; }
  select(key);
  const corners = outlineOf(key)?.corners_px.map((one) => [...one]);
  if (!corners?.length) return;
  drag = { key, from: point, to: point, start: corners, corners, moved: false,
    corner: handle ? Number(handle.dataset.corner) : undefined };
  (handle ?? group).focus({ preventScroll: true });
  stage.setPointerCapture(event.pointerId);
  event.preventDefault();
});

stage.addEventListener("pointermove", (event) => {
  if (!drag) { if (fresh) { cross = null; drawFresh(at(event)); readOut(at(event), 0); } return; }
  drag.to = at(event);
  if (apart(drag.from, drag.to) > DRAGGED * unit()) drag.moved = true;
  if (fresh) { drawFresh(drag.to); return; }
  if (!drag.moved) return;
  const [dx, dy] = [drag.to[0] - drag.from[0], drag.to[1] - drag.from[1]];
  drag.corners = drag.start.map(([x, y], number) =>
    (drag.corner === undefined || drag.corner === number ? [x + dx, y + dy] : [x, y]));
  redraw();
  const zone = selectedZone();
  if (zone) readOut(drag.corner === undefined ? drag.to : drag.corners[drag.corner], zone.height_mm);
});

const drop = async () => {
  const done = drag;
  if (!done) return;
  if (fresh) {
    drag = null;
    await (done.moved ? finishAsRectangle(done.from, done.to) : setCorner(done.to));
    return;
  }
  if (done.moved) await untilPlaced(dropped(done));
  drag = null;
  redraw();
  tellHint();
};

// The drag stays on the screen until the program has said where its end is on the bench.
const dropped = async (done) => {
  const zone = draft.zones.find((one) => one.key === done.key);
  if (!zone) return;
  if (done.corner !== undefined) {
    const found = await onBench([done.corners[done.corner]], zone.height_mm);
    if (found) zone.polygon_mm[done.corner] = clamped(found[0]);
  } else {
    const found = await onBench([done.from, done.to], zone.height_mm);
    if (found) shift(zone, found[1][0] - found[0][0], found[1][1] - found[0][1]);
  }
  changed("dragged");
};

stage.addEventListener("pointerup", drop);
stage.addEventListener("pointercancel", () => { drag = null; redraw(); tellHint(); });

// A new corner on the edge that was double-clicked.
stage.addEventListener("dblclick", async (event) => {
  const zone = selectedZone();
  const corners = zone && outlineOf(zone.key)?.corners_px;
  if (fresh || !corners) return;
  const point = at(event);
  const away = corners.map((a, number) => {
    const b = corners[(number + 1) % corners.length];
    const length2 = (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2 || 1;
    const share = Math.min(1, Math.max(0,
      ((point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])) / length2));
    return apart(point, [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])]);
  });
  const nearest = away.indexOf(Math.min(...away));
  const onCorner = corners.some((corner) => apart(corner, point) < NEAR * unit());
  if (away[nearest] > NEAR * unit() || onCorner) return;
  const found = await onBench([point], zone.height_mm);
  if (!found) return;
  zone.polygon_mm.splice(nearest + 1, 0, clamped(found[0]));
  changed("corner added");
});

// A new zone --------------------------------------------------------------------------------

export const begin = () => {
  select(null);
  fresh = [];
  cross = [told.width / 2, told.height / 2];
  stage.classList.add("drawing");
  stage.focus({ preventScroll: true });
  tools();
};

export const giveUp = () => {
  fresh = null;
  drag = null;
  stage.classList.remove("drawing");
  tools();
};

const tools = () => {
  byId("new").hidden = fresh !== null;
  byId("finish").hidden = fresh === null;
  byId("cancel").hidden = fresh === null;
  byId("finish").disabled = (fresh?.length ?? 0) < 3;
  tellHint();
  redraw();
};

const setCorner = async (point) => {
  if (fresh.length >= 3 && apart(point, fresh[0]) < NEAR * unit()) { await finish(); return; }
  if (fresh.length && apart(point, fresh.at(-1)) < 2 * unit()) return;
  fresh.push(point);
  tools();
};

export const finish = async () => {
  if (!fresh || fresh.length < 3) return;
  const found = await onBench(fresh, 0);
  if (!found) return;
  giveUp();
  addZone(found.map(clamped));
  focusTitle();
};

// Dragged from corner to corner: a rectangle along the bench's own edges.
const finishAsRectangle = async (from, to) => {
  const found = await onBench([from, to], 0);
  if (!found) return;
  const [[x1, y1], [x2, y2]] = found.map(clamped);
  giveUp();
  addZone([[Math.min(x1, x2), Math.min(y1, y2)], [Math.max(x1, x2), Math.min(y1, y2)],
    [Math.max(x1, x2), Math.max(y1, y2)], [Math.min(x1, x2), Math.max(y1, y2)]]);
  focusTitle();
};

const focusTitle = () => byId("form").elements[`title_${told.language}`].focus();

const drawFresh = (pointer = null) => {
  newLayer.replaceChildren();
  if (!fresh) return;
  const size = unit();
  if (drag?.moved) {
    const [[x1, y1], [x2, y2]] = [drag.from, drag.to];
    newLayer.append(svg("polygon", { class: "new-line", "stroke-width": 2.2 * size,
      points: [[x1, y1], [x2, y1], [x2, y2], [x1, y2]].join(" ") }));
    return;
  }
  const next = pointer ?? cross;
  newLayer.append(
    svg("polygon", { class: "new-line", "stroke-width": 2.2 * size,
      points: [...fresh, ...(next ? [next] : [])].join(" ") }),
    ...fresh.map(([x, y], number) => svg("circle", { class: "new-corner", cx: x, cy: y,
      r: (number ? 5 : 8) * size, "stroke-width": 1.5 * size })),
  );
  if (!cross) return;
  const [x, y] = cross;
  const path = `M${x - 16 * size} ${y}h${32 * size}M${x} ${y - 16 * size}v${32 * size}`;
  newLayer.append(svg("g", { class: "cross" }, [
    svg("path", { class: "under", d: path, "stroke-width": 5 * size }),
    svg("path", { d: path, "stroke-width": 2 * size }),
  ]));
};

stage.addEventListener("keydown", (event) => {
  if (!fresh || event.target !== stage) return;
  const arrow = ARROWS[event.key];
  if (arrow) {
    event.preventDefault();
    cross ??= [told.width / 2, told.height / 2];
    const far = (event.shiftKey ? 24 : 4) * unit();
    cross = [Math.min(told.width, Math.max(0, cross[0] + arrow[0] * far)),
      Math.min(told.height, Math.max(0, cross[1] - arrow[1] * far))];
    drawFresh();
    readOut(cross, 0);
  } else if (event.key === " " && cross) {
    event.preventDefault();
    setCorner([...cross]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    finish();
  } else if (event.key === "Backspace") {
    event.preventDefault();
    fresh.pop();
    tools();
  }
});

onChange(() => { redraw(); if (!drag) tellHint(); });
new ResizeObserver(redraw).observe(stage);
tellHint();
