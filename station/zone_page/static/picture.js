// The camera's picture, and what is seen in it: a stream of measures, each with its picture.
"use strict";
import { byId, told, words } from "./told.js";
import { send } from "./draft.js";

const canvas = byId("picture");
const trouble = byId("trouble");
const lost = byId("lost");
canvas.width = told.width;
canvas.height = told.height;

let loading = false;
const show = async (number) => {
  if (loading) return;
  loading = true;
  try {
    const picture = new Image();
    picture.src = `picture.jpg?n=${number}`;
    await picture.decode();
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    canvas.dataset.number = number;
  } catch { /* the next one comes in a moment */ } finally { loading = false; }
};

// EventSource closes for good when the program is gone; it is tried again by hand.
export const watch = (onSeen) => {
  const stream = new EventSource(`seen?lang=${told.language}`);
  stream.addEventListener("open", () => {
    if (!lost.hidden) send();
    lost.hidden = true;
  });
  stream.addEventListener("error", () => {
    lost.hidden = false;
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => watch(onSeen), 2000);
  });
  stream.addEventListener("seen", (event) => {
    const seen = JSON.parse(event.data);
    const text = seen.trouble ? `${words.no_picture} ${seen.trouble}`
      : seen.number === 0 ? words.waiting : "";
    if (trouble.textContent !== text) trouble.textContent = text;
    trouble.hidden = text === "";
    if (seen.number > 0) show(seen.number);
    onSeen(seen);
  });
};
