// Zones and their corners moved on the bench, in millimetres: by keys, by a step, by a drag's length.
"use strict";
import { told } from "./told.js";
import { changed, draft, selectedZone } from "./draft.js";

export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

export const clamped = ([x, y]) => [
  Math.min(told.bench_mm[0], Math.max(0, x)), Math.min(told.bench_mm[1], Math.max(0, y)),
];

const stepOf = (event) => {
  const arrow = ARROWS[event.key];
  if (!arrow || event.ctrlKey || event.altKey || event.metaKey) return null;
  event.preventDefault();
  event.stopPropagation();
  const far = event.shiftKey ? 10 : 1;
  return [arrow[0] * far, arrow[1] * far];
};

export const cornerByKey = (event, number) => {
  const zone = selectedZone();
  const step = stepOf(event);
  if (!zone) return;
  if (step) {
    const [x, y] = zone.polygon_mm[number];
    zone.polygon_mm[number] = clamped([x + step[0], y + step[1]]);
    changed(`typed corner ${number}`);
  } else if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    removeCorner(zone, number);
  } else if (event.key === "Insert" || event.key === "+") {
    event.preventDefault();
    addCorner(zone, number);
  }
};

export const removeCorner = (zone, number) => {
  if (zone.polygon_mm.length <= 3) return;
  zone.polygon_mm.splice(number, 1);
  changed("corner removed");
};

// A new corner halfway between one and the next.
export const addCorner = (zone, number) => {
  const [a, b] = [zone.polygon_mm[number], zone.polygon_mm[(number + 1) % zone.polygon_mm.length]];
  zone.polygon_mm.splice(number + 1, 0, [Math.round((a[0] + b[0]) / 2), Math.round((a[1] + b[1]) / 2)]);
  changed("corner added");
};

// The whole zone moves; it stops at the bench's edge in its own shape.
export const shift = (zone, dx, dy) => {
  const [xs, ys] = [zone.polygon_mm.map(([x]) => x), zone.polygon_mm.map(([, y]) => y)];
  const within = (by, values, most) => {
    const low = -Math.min(...values);
    const high = most - Math.max(...values);
    return low > high ? by : Math.min(Math.max(by, Math.min(low, 0)), Math.max(high, 0));
  };
  const x = within(dx, xs, told.bench_mm[0]);
  const y = within(dy, ys, told.bench_mm[1]);
  zone.polygon_mm = zone.polygon_mm.map(([a, b]) => [a + x, b + y]);
};

export const moveByKey = (event, key) => {
  const zone = draft.zones.find((one) => one.key === key);
  const step = zone && stepOf(event);
  if (!step) return;
  shift(zone, step[0], step[1]);
  changed(`typed move ${key}`);
};
