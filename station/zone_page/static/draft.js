// The zones as they are drawn: changed here, checked and measured by the program.
"use strict";
import { ask, told } from "./told.js";

const LONGEST_HISTORY = 200;
const SAME_TYPING_MS = 900;

export const draft = {
  zones: told.zones,
  outlines: new Map(told.outlines.map((one) => [one.key, one])),
  wrong: told.wrong,
  selected: null,
  base: told.base,
};

let past = [];
let future = [];
let kept = JSON.stringify(draft.zones);
let savedText = kept;
let lastWhat = "";
let lastAt = 0;
let asking = false;
let again = false;
let placing = Promise.resolve();
const listeners = [];

export const onChange = (listener) => listeners.push(listener);
const tell = (what) => { for (const listener of listeners) listener(what); };

export const zoneOf = (key) => draft.zones.find((zone) => zone.key === key);
export const selectedZone = () => zoneOf(draft.selected);
export const outlineOf = (key) => draft.outlines.get(key);
export const isSaved = () => kept === savedText;
export const canUndo = () => past.length > 0;
export const canRedo = () => future.length > 0;

export const select = (key) => {
  if (draft.selected === key) return;
  draft.selected = key;
  tell("selected");
};

// Call after each change. Letters typed into one field undo together.
export const changed = (what) => {
  const text = JSON.stringify(draft.zones);
  if (text === kept) return;
  const goesOn = what === lastWhat && what.startsWith("typed") && Date.now() - lastAt < SAME_TYPING_MS;
  if (!goesOn) past = [...past, kept].slice(-LONGEST_HISTORY);
  future = [];
  kept = text;
  lastWhat = what;
  lastAt = Date.now();
  tell(what);
  send();
};

const stepTo = (from, to) => {
  if (!from.length) return;
  to.push(kept);
  kept = from.pop();
  lastWhat = "";
  draft.zones = JSON.parse(kept);
  if (!selectedZone()) draft.selected = null;
  tell("stepped");
  send();
};
export const undo = () => stepTo(past, future);
export const redo = () => stepTo(future, past);

// Only the newest draft matters; while one is on its way, the next waits.
export const send = async () => {
  if (asking) { again = true; return; }
  asking = true;
  try {
    do {
      again = false;
      const answer = await ask("draft", { zones: draft.zones });
      if (!again && answer.outlines) {
        draft.outlines = new Map(answer.outlines.map((one) => [one.key, one]));
        draft.wrong = answer.wrong;
        tell("checked");
      }
    } while (again);
  } catch { /* the stream says that contact is lost */ } finally { asking = false; }
};

export const addZone = (polygon) => {
  const number = Math.max(0, ...draft.zones.map((zone) => Number(zone.key.slice(1)))) + 1;
  const names = new Set(draft.zones.map((zone) => zone.name));
  let count = 1;
  while (names.has(`zone_${count}`)) count += 1;
  const zone = {
    key: `z${number}`, name: `zone_${count}`, was: null, kind: "bin", polygon_mm: polygon,
    height_mm: 0, use: null, enter_s: 0.12, leave_s: 0.25, title: {},
  };
  draft.zones.push(zone);
  draft.selected = zone.key;
  changed("added");
  return zone;
};

export const deleteZone = (key) => {
  draft.zones = draft.zones.filter((zone) => zone.key !== key);
  draft.selected = null;
  changed("deleted");
};

// Where points of the picture lie on the bench; null when the program cannot say.
export const onBench = async (points, height) => {
  try {
    const most = Math.min(1000, Math.max(0, height || 0));
    return (await ask("bench", { points_px: points, height_mm: most })).points_mm ?? null;
  } catch { return null; }
};

// A drag whose end is still asked for belongs to what is saved next.
export const untilPlaced = (work) => { placing = work; return work; };

export const save = async () => {
  await placing;
  const sent = JSON.stringify(draft.zones);
  const answer = await ask("save", { zones: draft.zones, base: draft.base });
  if (answer.saved) {
    draft.base = answer.base;
    // What was typed while the program wrote stays; only the names in the file are new.
    const names = new Map(answer.zones.map((zone) => [zone.key, zone.was]));
    for (const zone of draft.zones) zone.was = names.get(zone.key) ?? null;
    const untouched = sent === kept;
    kept = JSON.stringify(draft.zones);
    if (untouched) savedText = kept;
    past = [];
    future = [];
    tell("saved");
  } else if (answer.wrong) {
    draft.wrong = answer.wrong;
    tell("checked");
  }
  return answer;
};
