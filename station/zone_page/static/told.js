// What the program told this page when it was opened, and small things everybody needs.
"use strict";

export const told = JSON.parse(document.getElementById("told").textContent);
export const words = told.words;
export const byId = (id) => document.getElementById(id);

// "{s} s of {of} s" with its values.
export const filled = (text, values) =>
  text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ""));

const decimal = (digits) => new Intl.NumberFormat(told.language,
  { minimumFractionDigits: digits, maximumFractionDigits: digits });
const whole = decimal(0);
const hundredths = decimal(2);
export const mm = (value) => whole.format(Math.abs(value) < 0.5 ? 0 : value);
export const seconds = (value) => hundredths.format(value);

export const nameOf = (zone) =>
  zone.title[told.language] || zone.title.en || Object.values(zone.title).find(Boolean)
  || zone.name || words.unnamed;

export const svg = (name, attributes = {}, children = []) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};

// The address of the page is told its language by hand, so everything else repeats it.
export const ask = async (path, body) => {
  const answer = await fetch(`${path}?lang=${told.language}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  });
  if (!answer.headers.get("content-type")?.startsWith("application/json")) {
    throw new Error(await answer.text());
  }
  return answer.json();
};
