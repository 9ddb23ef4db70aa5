// The page of zones: puts its parts together; saving, undoing and the keys for it.
"use strict";
import { byId, told, words } from "./told.js";
import { canRedo, canUndo, draft, isSaved, onChange, redo, save, select, undo, zoneOf } from "./draft.js";
import { begin, finish, giveUp, isDrawing, seen as drawSeen } from "./drawing.js";
import { seen as listSeen } from "./panel.js";
import { watch } from "./picture.js";

const refused = byId("refused");
const saved = byId("saved");

const lines = (place, texts, list) => {
  const [first, ...others] = texts;
  const head = document.createElement("strong");
  head.textContent = first;
  place.replaceChildren(head);
  const items = document.createElement("ul");
  for (const other of list ?? others) {
    const item = document.createElement("li");
    item.append(other);
    items.append(item);
  }
  if (items.children.length) place.append(items);
  place.hidden = false;
};

// A mistake leads to the zone and the field that it is about.
const linked = (one) => {
  const zone = zoneOf(one.key);
  if (!zone) return one.text;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = `${zone.name || words.unnamed}: ${one.text}`;
  button.addEventListener("click", () => {
    select(one.key);
    const field = one.part === "title" ? `title_${told.language}` : one.part;
    (byId("form").elements[field] ?? byId("corners").querySelector("input")).focus();
  });
  return button;
};

let saving = false;
const saveNow = async () => {
  if (saving) return;
  saving = true;
  refused.hidden = true;
  saved.hidden = true;
  try {
    const answer = await save();
    if (answer.saved) lines(saved, [answer.saved, ...answer.remarks]);
    else lines(refused, answer.refused, answer.wrong?.length ? answer.wrong.map(linked) : undefined);
  } catch (error) {
    lines(refused, [words.not_saved, String(error.message ?? error)]);
  } finally {
    saving = false;
    state();
  }
};

const state = () => {
  byId("state").textContent = isSaved() ? words.unchanged : words.changed;
  byId("state").classList.toggle("changed", !isSaved());
  byId("undo").disabled = !canUndo();
  byId("redo").disabled = !canRedo();
};

onChange((what) => {
  state();
  if (!["selected", "checked", "saved"].includes(what)) saved.hidden = true;
  // What the last try to save complained of, and is mended now, is not left standing.
  if (what === "checked" && !draft.wrong.length) refused.hidden = true;
});
byId("save").addEventListener("click", saveNow);
byId("undo").addEventListener("click", undo);
byId("redo").addEventListener("click", redo);
byId("new").addEventListener("click", begin);
byId("finish").addEventListener("click", finish);
byId("cancel").addEventListener("click", () => { giveUp(); byId("new").focus(); });

document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  const typing = event.target.matches?.("input:not([type=radio]), select, textarea");
  if ((event.ctrlKey || event.metaKey) && key === "s") { event.preventDefault(); saveNow(); return; }
  if (event.key === "Escape" && isDrawing()) { giveUp(); byId("new").focus(); return; }
  if (typing) return;
  if ((event.ctrlKey || event.metaKey) && key === "z") { event.preventDefault(); (event.shiftKey ? redo : undo)(); }
  else if ((event.ctrlKey || event.metaKey) && key === "y") { event.preventDefault(); redo(); }
  else if (key === "n" && !event.ctrlKey && !event.metaKey && !event.altKey && !isDrawing()) begin();
});
window.addEventListener("beforeunload", (event) => { if (!isSaved()) event.preventDefault(); });

byId("stage").style.setProperty("--ratio", told.width / told.height);
watch((news) => { drawSeen(news); listSeen(news); });
state();
