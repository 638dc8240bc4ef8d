"use strict";
// Reads the data, filters it, and draws the same selection as network, timeline and table. Text becomes part of the page only as
// text nodes, attributes of known names and chart labels drawn as SVG text.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const PAGE = 50, PRINTED = 1000, LISTED_TIES = 60;
  const COLOURS = {
    partnership: "#3b7dd8", supply: "#2a9d8f", investment: "#8e6bbf", acquisition: "#d1495b", ownership: "#7f6a4d",
    competition: "#e07b39", choice: "#4c9f38", dispute: "#b0307a", appointment: "#5f7a8a", launch: "#b5942b",
  };
  const $ = (id) => document.getElementById(id);
  const symmetric = new Set(data.symmetric);
  const narrow = matchMedia("(max-width: 800px)"); // As in the style.
  const number = new Intl.NumberFormat("en");
  const many = (n, word, words = word + "s") => `${number.format(n)} ${n === 1 ? word : words}`;

  /** An element with properties and children; strings become text. */
  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // What filters look at, made once.
  data.claims.forEach((claim, index) => {
    const article = data.articles[claim.article];
    claim.index = index;
    claim.date = article.published;
    claim.whyText = claim.why.map((why) => why.text).join(" | ");
    claim.haystack = [claim.who, claim.relation, claim.whom, claim.instead_of, claim.whyText, claim.said_by, claim.when, claim.amount,
      claim.sentence, article.title, article.id].join("\n").toLowerCase();
    const turned = symmetric.has(claim.relation) && claim.whom < claim.who;
    claim.pair = turned ? [claim.whom, claim.who] : [claim.who, claim.whom];
    claim.tie = JSON.stringify([claim.pair[0], claim.relation, claim.pair[1]]);
  });

  // ---------------------------------------------------------------- filters
  const form = $("filters");
  const state = { tie: null, page: 0, sort: null, descending: false, shown: data.claims };

  function selected() {
    const value = (name) => form.elements[name].value.trim();
    const words = value("search").toLowerCase().split(/\s+/).filter(Boolean);
    const [name, relation, status, from, to] = ["name", "relation", "status", "from", "to"].map(value);
    const confidence = Number(value("confidence")) || 0;
    const denied = form.elements.denied.checked;
    return data.claims.filter((claim) =>
      (!relation || claim.relation === relation) && (!status || claim.status === status) && claim.confidence >= confidence &&
      (denied || claim.polarity === "pos") && (!name || claim.who === name || claim.whom === name) &&
      (!from || claim.date >= from) && (!to || (claim.date !== "" && claim.date <= to)) &&
      (!state.tie || claim.tie === state.tie) && words.every((word) => claim.haystack.includes(word)));
  }

  function showTie(tie) {
    state.tie = tie;
    const chip = $("tie");
    chip.hidden = !tie;
    if (tie) chip.textContent = `only ${JSON.parse(tie).join(" – ")}  ✕`;
    update();
  }

  function update() {
    state.page = 0;
    state.shown = selected();
    sort();
    const all = data.claims.length;
    $("count").textContent = state.shown.length === all ? many(all, "claim") : `${number.format(state.shown.length)} of ${many(all, "claim")}`;
    drawTable();
    drawNetwork();
    drawTimeline();
  }

  // ---------------------------------------------------------------- table
  const COLUMNS = [
    ["Who", (c) => c.who], ["Relation", (c) => c.relation], ["Whom", (c) => c.whom], ["Why", (c) => c.whyText],
    ["Status", (c) => c.status], ["Said by", (c) => c.said_by], ["Confidence", (c) => c.confidence], ["Published", (c) => c.date],
    ["Evidence", (c) => data.articles[c.article].title || data.articles[c.article].id],
  ];

  function sort() {
    const column = COLUMNS[state.sort];
    if (!column) return;
    const sign = state.descending ? -1 : 1;
    const compare = (a, b) => (typeof a === "number" ? a - b : a < b ? -1 : a > b ? 1 : 0);
    state.shown.sort((a, b) => sign * compare(column[1](a), column[1](b)) || a.index - b.index);
  }

  function relation(word) {
    const shown = element("span", { className: "dot" }, word);
    shown.style.setProperty("--colour", COLOURS[word] || "#888");
    return shown;
  }

  function row(claim) {
    const who = claim.who || "—";
    const cells = [
      who, relation(claim.relation),
      claim.instead_of ? `${claim.whom} (instead of ${claim.instead_of})` : claim.whom, claim.whyText,
      claim.polarity === "neg" ? element("span", { className: "denied" }, `denied, ${claim.status}`) : claim.status,
      claim.said_by, claim.confidence.toFixed(2), claim.date,
      element("button", { type: "button", title: COLUMNS[8][1](claim), onclick: () => openEvidence(claim.index) }, COLUMNS[8][1](claim)),
    ];
    cells[8].setAttribute("aria-label", `Evidence for ${who}, ${claim.relation}, ${claim.whom}: ${COLUMNS[8][1](claim)}`);
    return element("tr", {}, ...cells.map((cell, i) => {
      const made = element("td", { className: ["", "word", "", "why", "word", "", "number", "word dated", "evidence"][i] }, cell);
      made.dataset.label = COLUMNS[i][0];
      return made;
    }));
  }

  function drawTable(size = PAGE) {
    const pages = Math.max(1, Math.ceil(state.shown.length / size));
    const first = state.page * size;
    $("rows").replaceChildren(...state.shown.slice(first, first + size).map(row));
    $("page").textContent = `Page ${number.format(state.page + 1)} of ${number.format(pages)}`;
    $("previous").disabled = state.page === 0;
    $("next").disabled = state.page + 1 >= pages;
    $("head").replaceChildren(...COLUMNS.map(([name], i) => {
      const sorted = state.sort === i;
      const arrow = sorted ? (state.descending ? " ▼" : " ▲") : "";
      const header = element("th", { scope: "col", className: i === 7 ? "dated" : "" }, element("button", { type: "button", onclick: () => sortBy(i) }, name + arrow));
      header.ariaSort = sorted ? (state.descending ? "descending" : "ascending") : "none";
      return header;
    }));
  }

  function sortBy(column) {
    state.descending = state.sort === column ? !state.descending : column === 6;
    state.sort = column;
    state.page = 0;
    sort();
    drawTable();
    $("head").children[column].firstChild.focus();
  }

  function turn(by) {
    state.page += by;
    drawTable();
    $("claims-title").scrollIntoView();
  }

  // ---------------------------------------------------------------- charts
  const charts = { network: null, timeline: null };
  let network; // The series as drawn, and where forces placed its nodes.

  /** Draws into `id`, following the page's colours and size. */
  function draw(id, option, onClick) {
    if (!charts[id]) {
      charts[id] = echarts.init($(id), null, { renderer: "svg" });
      charts[id].on("click", onClick);
      new ResizeObserver(() => resize(id)).observe($(id));
    }
    charts[id].setOption({ animation: false, ...option }, { notMerge: true });
  }

  function resize(id, width = "auto") {
    charts[id].resize({ width });
    if (id === "network") fitNetwork();
  }

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // Drawn as SVG text: nothing in it can be markup.
  const tooltip = () => ({ renderMode: "richText", confine: true, backgroundColor: colour("--panel"), borderColor: colour("--line"),
    textStyle: { color: colour("--text"), width: 320, overflow: "break" } });

  function tiesOf(claims) {
    const ties = new Map();
    for (const claim of claims) {
      if (!claim.who || claim.polarity !== "pos") continue;
      const tie = ties.get(claim.tie) || { key: claim.tie, pair: claim.pair, relation: claim.relation, claims: 0 };
      tie.claims += 1;
      ties.set(claim.tie, tie);
    }
    return [...ties.values()].sort((a, b) => b.claims - a.claims);
  }

  function drawNetwork() {
    const ties = tiesOf(state.shown);
    const [most, named] = narrow.matches ? [30, 12] : [150, 40]; // What such a picture has room for.
    const drawn = ties.slice(0, most);
    const left = ties.length - drawn.length;
    $("network-note").textContent = ties.length === 0 ? "No ties to draw." :
      `${many(ties.length, "tie")}${left ? `, of which the ${most} strongest are drawn` : ""}. ` +
      "A line is a relation, its width the number of claims. Click a name or a line to see its claims, or use the list.";
    $("ties").replaceChildren(...ties.slice(0, LISTED_TIES).map((tie) => element("li", {},
      element("button", { type: "button", onclick: () => { showTie(tie.key); $("tie").focus(); } }, tie.pair[0] + " ", relation(tie.relation),
        ` ${tie.pair[1]} (${number.format(tie.claims)})`))));

    const weights = new Map();
    for (const tie of drawn) for (const name of tie.pair) weights.set(name, (weights.get(name) || 0) + tie.claims);
    const labelled = new Set([...weights].sort((a, b) => b[1] - a[1]).slice(0, named).map(([name]) => name));
    const heaviest = Math.max(...weights.values()), strongest = drawn[0]?.claims;
    const kinds = [...new Set([...weights.keys()].map((name) => data.types[name] || "other"))].sort();
    const nodes = [...weights].map(([name, weight]) => ({
      id: name, name, value: weight, category: data.types[name] || "other", symbolSize: 8 + 26 * Math.sqrt(weight / heaviest),
      label: { show: labelled.has(name) },
    }));
    const series = {
      type: "graph", layout: "force", roam: true, autoCurveness: true, categories: kinds.map((name) => ({ name })),
      force: { initLayout: "circular", layoutAnimation: false, repulsion: 90 + 200 * drawn.length / weights.size, edgeLength: [30, 120], gravity: .25 },
      data: nodes,
      links: drawn.map((tie) => ({
        source: tie.pair[0], target: tie.pair[1], tie, symbol: ["none", symmetric.has(tie.relation) ? "none" : "arrow"], symbolSize: 7,
        lineStyle: { color: COLOURS[tie.relation] || "#888", width: 1.5 + 5 * (tie.claims - 1) / strongest, opacity: .75 },
      })),
      label: { position: "right", color: colour("--text"), textBorderColor: colour("--back"), textBorderWidth: 3, width: 140, overflow: "truncate" },
      labelLayout: { hideOverlap: true },
      emphasis: { focus: "adjacency", label: { show: true }, lineStyle: { opacity: 1 } },
    };
    draw("network", {
      aria: { enabled: true, label: { description: `Network of ${many(weights.size, "name")} and ${many(drawn.length, "tie")}; the list beside it has the strongest.` } },
      tooltip: { ...tooltip(), formatter: ({ dataType, data: item }) => dataType === "edge" ?
        `${item.tie.pair[0]} – ${item.tie.relation} – ${item.tie.pair[1]}\n${many(item.tie.claims, "claim")}` :
        `${item.name}\n${many(item.value, "claim")}` },
      color: ["#5b7fa6", "#d08c42", "#6a9f58", "#a9789c", "#b8a13f", "#7d7d7d", "#5fa3a3", "#c06a6a"],
      legend: { data: kinds, textStyle: { color: colour("--text") }, left: 8, top: 4, itemWidth: 12, itemHeight: 12 },
      series: [series],
    }, ({ dataType, data: item }) => {
      if (dataType === "edge") return showTie(item.tie.key);
      form.elements.name.value = item.name;
      update();
    });
    const places = charts.network.getModel().getSeriesByIndex(0).getData();
    network = { series, points: nodes.map((_, i) => places.getItemLayout(i)) };
    fitNetwork();
  }

  /** Moves what forces have placed, without regard to any edges, into the picture. */
  function fitNetwork() {
    if (network.points.length === 0) return;
    const chart = charts.network;
    // Room for the legend, and for labels to the right of their nodes.
    const edges = [[24, chart.getWidth() - 130], [48, chart.getHeight() - 20]];
    const [x, y] = edges.map(([from, to], axis) => {
      const values = network.points.map((point) => point[axis]);
      const low = Math.min(...values), high = Math.max(...values);
      const scale = Math.min((to - from) / (high - low || 1), 1.2);
      return values.map((value) => (from + to) / 2 + (value - (low + high) / 2) * scale);
    });
    // The box that the points take, so that they are drawn just where they are: never flat, as ECharts would have it.
    const [left, right] = [Math.min(...x), Math.max(...x)], [top, bottom] = [Math.min(...y), Math.max(...y)];
    const corners = [[left - 1, top - 1], [right + 1, bottom + 1]].map(([x, y]) => ({ x, y, symbolSize: 0, silent: true }));
    const data = network.series.data.map((node, i) => ({ ...node, x: x[i], y: y[i] }));
    const box = { left: left - 1, top: top - 1, width: right - left + 2, height: bottom - top + 2 };
    chart.setOption({ series: [{ ...network.series, ...box, layout: "none", data: [...data, ...corners] }] }, { replaceMerge: "series" });
  }

  /** Days, months or years: so that there are not too many bars. */
  function step(dates) {
    const years = Number(dates.at(-1)?.slice(0, 4)) - Number(dates[0]?.slice(0, 4));
    return years > 8 ? 4 : new Set(dates.map((date) => date.slice(0, 7))).size > 2 ? 7 : 10;
  }

  /** Every period from the first date to the last, also those with nothing in them; days only where there is something. */
  function periods(dates, length) {
    if (length === 10) return [...new Set(dates)];
    const all = [];
    const last = dates.at(-1).slice(0, length);
    for (let [year, month] = dates[0].split("-").map(Number); ; month === 12 || length === 4 ? (year += 1, month = 1) : (month += 1)) {
      const period = String(year).padStart(4, "0") + (length === 7 ? "-" + String(month).padStart(2, "0") : "");
      if (period > last || all.length > 1200) return all;
      all.push(period);
    }
  }

  function drawTimeline() {
    const dated = state.shown.filter((claim) => /^\d{4}-\d{2}-\d{2}$/.test(claim.date));
    const undated = state.shown.length - dated.length;
    const dates = dated.map((claim) => claim.date).sort();
    $("timeline").hidden = dates.length === 0;
    $("timeline-note").textContent = dates.length === 0 ? "None of these claims is from an article with a date." :
      `Claims by the date of their article${undated ? `; ${number.format(undated)} without a date are left out` : ""}. Click a bar to see its claims.`;
    if (dates.length === 0) return;
    const wide = !narrow.matches; // The colours are those of the table.
    const length = step(dates);
    const bars = periods(dates, length);
    const relations = [...new Set(dated.map((claim) => claim.relation))].sort();
    const counts = new Map();
    for (const claim of dated) {
      const bar = claim.relation + claim.date.slice(0, length);
      counts.set(bar, (counts.get(bar) || 0) + 1);
    }
    draw("timeline", {
      aria: { enabled: true },
      tooltip: { ...tooltip(), trigger: "item" },
      legend: { show: wide, textStyle: { color: colour("--text") }, itemHeight: 10, top: 4 },
      grid: { left: 48, right: 16, bottom: 28, top: wide ? 60 : 16 },
      xAxis: { type: "category", data: bars, axisLabel: { color: colour("--soft") } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { color: colour("--soft") }, splitLine: { lineStyle: { color: colour("--line") } } },
      series: relations.map((name) => ({ name, type: "bar", stack: "all", barMaxWidth: 40, itemStyle: { color: COLOURS[name] || "#888" },
        data: bars.map((bar) => counts.get(name + bar) || null) })),
    }, ({ name }) => {
      form.elements.from.value = (name + "-01-01").slice(0, 10);
      const [year, month] = name.split("-").map(Number);
      const lastDay = new Date(Date.UTC(year, month || 12, 0)).getUTCDate();
      form.elements.to.value = name.length === 10 ? name : `${name.length === 7 ? name : name + "-12"}-${String(lastDay).padStart(2, "0")}`;
      update();
    });
  }

  // ---------------------------------------------------------------- evidence
  /** The text of an article as segments, each with the marks that cover it. */
  function segments(article, claims) {
    const chars = Array.from(article.text);
    const marks = article.mentions.map((mention) => ({ at: mention.at, kind: "mention", title: `${mention.name} (${mention.kind})` }));
    for (const claim of claims) {
      const add = (kind, at) => at && marks.push({ at, kind, claim: claim.index });
      add("trigger", claim.trigger_at);
      add("who", claim.who_at);
      add("whom", claim.whom_at);
      claim.why.forEach((why) => add("why", why.at));
    }
    const inside = marks.filter(({ at }) => at.start < at.end && at.end <= chars.length);
    const cuts = [...new Set([0, chars.length, ...inside.flatMap(({ at }) => [at.start, at.end])])].sort((a, b) => a - b);
    return cuts.slice(1).map((end, i) => ({
      text: chars.slice(cuts[i], end).join(""),
      start: cuts[i],
      marks: inside.filter(({ at }) => at.start <= cuts[i] && end <= at.end),
    }));
  }

  function openEvidence(index) {
    const claim = data.claims[index];
    const article = data.articles[claim.article];
    const claims = data.claims.filter((other) => other.article === claim.article);
    const parts = []; // every piece of the text that has to do with a claim: { claim, kind, first, node }
    const paragraphs = [element("p")];

    for (const segment of segments(article, claims)) {
      segment.text.split(/\n+/).forEach((text, i) => {
        if (i > 0) paragraphs.push(element("p"));
        if (!text) return;
        if (!segment.marks.length) return paragraphs.at(-1).append(text);
        const has = (kind) => segment.marks.some((mark) => mark.kind === kind);
        const node = element("mark", { className: ["mention", "trigger"].filter(has).concat(has("why") ? "reason" : []).join(" ") }, text);
        node.title = segment.marks.find((mark) => mark.title)?.title || "";
        for (const mark of segment.marks) {
          if (mark.claim !== undefined) parts.push({ claim: mark.claim, kind: mark.kind, first: mark.at.start === segment.start, node });
        }
        const trigger = segment.marks.find((mark) => mark.kind === "trigger" && mark.at.start === segment.start);
        if (trigger) {
          node.tabIndex = 0;
          node.setAttribute("role", "button");
          for (const event of ["mouseenter", "focus", "click"]) node.addEventListener(event, () => mark(trigger.claim));
        }
        paragraphs.at(-1).append(node);
      });
    }

    const buttons = claims.map((other) => {
      const button = element("button", { type: "button", onclick: () => { mark(other.index); reveal(other.index); } }, ...card(other));
      for (const event of ["mouseenter", "focus"]) button.addEventListener(event, () => mark(other.index));
      return button;
    });

    function mark(chosen) {
      for (const { node } of parts) {
        node.classList.remove("is-who", "is-whom", "is-why", "is-trigger");
        delete node.dataset.role;
      }
      for (const { claim: owner, kind, first, node } of parts) {
        if (owner !== chosen) continue;
        node.classList.add("is-" + kind);
        if (first && kind !== "trigger") node.dataset.role = kind;
      }
      claims.forEach((other, i) => buttons[i].setAttribute("aria-current", String(other.index === chosen)));
      history.replaceState(null, "", "#claim-" + (chosen + 1));
    }

    function reveal(chosen) {
      parts.find((part) => part.claim === chosen && part.kind === "trigger")?.node.scrollIntoView({ block: "center" });
    }

    $("evidence-title").textContent = article.title || article.id;
    $("evidence-note").textContent = [article.published, article.title ? article.id : "", many(claims.length, "claim")].filter(Boolean).join(" · ");
    $("text").replaceChildren(...paragraphs.filter((paragraph) => paragraph.textContent.trim()));
    $("list").replaceChildren(...buttons.map((button) => element("li", {}, button)));
    if (!$("evidence").open) $("evidence").showModal();
    mark(index);
    reveal(index);
    const button = buttons[claims.indexOf(claim)];
    button.focus({ preventScroll: true });
    button.scrollIntoView({ block: "nearest" });
  }

  /** What a claim says, in lines. */
  function card(claim) {
    const lines = [["status", claim.polarity === "neg" ? `denied, ${claim.status}` : claim.status], ["said by", claim.said_by],
      ["instead of", claim.instead_of], ["when", claim.when], ["amount", claim.amount],
      ...claim.why.map((why) => [why.kind, why.text]), ["confidence", claim.confidence.toFixed(2)]];
    return [`${claim.who || "—"} `, relation(claim.relation), ` ${claim.whom}`,
      element("dl", {}, ...lines.filter(([, text]) => text).flatMap(([name, text]) => [element("dt", {}, name), element("dd", {}, text)]))];
  }

  // ---------------------------------------------------------------- start
  const names = new Set(data.claims.flatMap((claim) => [claim.who, claim.whom]).filter(Boolean));
  $("names").append(...[...names].sort().slice(0, 3000).map((name) => element("option", { value: name })));
  for (const field of ["relation", "status"]) {
    const words = [...new Set(data.claims.map((claim) => claim[field]))].sort();
    form.elements[field].append(...words.map((word) => element("option", { value: word }, word)));
  }
  $("summary").textContent = `${many(data.claims.length, "claim")} about ${many(names.size, "name")} from ${many(data.articles.length, "article")} with claims` +
    (data.left_out ? `; ${many(data.left_out, "further claim")} of the table not shown here` : "") +
    ". Found by a language model: check what matters in the text, one click away.";
  if (data.skipped.length) {
    $("skipped").hidden = false;
    $("skipped").querySelector("summary").textContent = many(data.skipped.length, "input");
    $("skipped").querySelector("ul").append(...data.skipped.map(({ path, stage, reason }) => element("li", {}, `${path} (${stage}): ${reason}`)));
  }

  document.body.classList.toggle("undated", data.claims.every((claim) => !claim.date));

  let waiting;
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(update, 150); });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => showTie(null)));
  $("tie").addEventListener("click", () => { showTie(null); form.elements.search.focus(); });
  $("previous").addEventListener("click", () => turn(-1));
  $("next").addEventListener("click", () => turn(1));
  $("close").addEventListener("click", () => $("evidence").close());
  $("evidence").addEventListener("close", () => history.replaceState(null, "", location.pathname + location.search));
  for (const query of [narrow, matchMedia("(prefers-color-scheme: dark)")]) {
    query.addEventListener("change", () => { drawNetwork(); drawTimeline(); });
  }
  addEventListener("beforeprint", () => {
    state.page = 0;
    drawTable(PRINTED);
    for (const id in charts) if (charts[id]) resize(id, 680); // What fits an upright page.
  });
  addEventListener("afterprint", () => {
    drawTable();
    for (const id in charts) if (charts[id]) resize(id);
  });
  update();
  const linked = Number(/^#claim-(\d+)$/.exec(location.hash)?.[1]) - 1;
  if (data.claims[linked]) openEvidence(linked);
})();
