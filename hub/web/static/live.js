// Keeps the page as it is at the hub. Without this script the page loads itself every 10 s.
"use strict";
(() => {
  const board = document.getElementById("board");
  const tile = document.getElementById("tile");
  const runs = document.getElementById("runs");
  const lost = document.getElementById("lost");
  const notice = document.getElementById("hub-notice");
  const say = document.getElementById("say");
  const language = document.documentElement.lang;

  const built = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content;
  };

  // Whoever is on a link with the keyboard stays on it.
  const replace = (element, html, outer) => {
    const focused = element.contains(document.activeElement)
      ? document.activeElement.getAttribute("href") : null;
    const fresh = built(html);
    const place = outer ? element.parentNode : element;
    if (outer) element.replaceWith(fresh); else element.replaceChildren(fresh);
    if (focused) {
      [...place.querySelectorAll("a")].find((a) => a.getAttribute("href") === focused)?.focus();
    }
    tellAgo();
  };

  const tileOf = (key) =>
    [...document.querySelectorAll(".tile")].find((one) => one.dataset.key === key);

  const ago = (seconds) => {
    const words = new Intl.RelativeTimeFormat(language, { numeric: "always" });
    if (seconds < 60) return null;
    if (seconds < 5400) return words.format(-Math.round(seconds / 60), "minute");
    if (seconds < 129600) return words.format(-Math.round(seconds / 3600), "hour");
    return words.format(-Math.round(seconds / 86400), "day");
  };

  function tellAgo() {
    for (const time of document.querySelectorAll(".tile time[data-ago]")) {
      const text = ago((Date.now() - Date.parse(time.dateTime)) / 1000);
      let span = time.nextElementSibling;
      if (!text) { span?.remove(); continue; }
      if (!span) { span = document.createElement("span"); time.after(span); }
      const wanted = ` (${text})`;
      if (span.textContent !== wanted) span.textContent = wanted;
    }
  }

  // A run that somebody opened stays open, and one that was closed stays closed.
  let askedForRuns = false;
  const loadRuns = async () => {
    if (askedForRuns || !runs) return;
    askedForRuns = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
    askedForRuns = false;
    try {
      const answer = await fetch(`${location.pathname}${location.search ? `${location.search}&` : "?"}part=runs`);
      if (!answer.ok) return;
      const html = await answer.text();
      const open = new Map([...runs.querySelectorAll("details")].map((d) => [d.dataset.run, d.open]));
      const y = window.scrollY;
      const onSummary = document.activeElement?.closest?.("#runs details")?.dataset.run;
      replace(runs, html, false);
      for (const details of runs.querySelectorAll("details")) {
        if (open.has(details.dataset.run)) details.open = open.get(details.dataset.run);
        if (details.dataset.run === onSummary) details.querySelector("summary").focus();
      }
      window.scrollTo(window.scrollX, y);
    } catch { /* the next event asks again */ }
  };

  const listen = () => {
    const stream = new EventSource(document.body.dataset.live);
    stream.addEventListener("open", () => { lost.hidden = true; });
    stream.addEventListener("error", () => {
      lost.hidden = false;
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
    });
    stream.addEventListener("board", (event) => {
      if (board) replace(board, JSON.parse(event.data).html, false);
    });
    stream.addEventListener("tile", (event) => {
      const news = JSON.parse(event.data);
      const old = tileOf(news.key);
      if (old) replace(old, news.html, true);
      if (news.say) say.textContent = news.say;
    });
    stream.addEventListener("strip", (event) => {
      const strip = document.getElementById("strip");
      if (strip) replace(strip, JSON.parse(event.data).html, false);
    });
    stream.addEventListener("notice", (event) => {
      replace(notice, JSON.parse(event.data).html, false);
    });
    stream.addEventListener("stored", loadRuns);
  };

  tellAgo();
  setInterval(tellAgo, 10000);
  listen();
})();
