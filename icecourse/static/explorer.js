// An explorer on screen: the text form from Python, with something to press. Text is only ever set as text.

const WAIT_MS = 3000; // longer than any healthy count; after it the trainee is told
const KEYS = { "data-lm-suppress-shortcuts": "true" }; // JupyterLab would take arrow keys and letters for its own
let views = 0; // ids of two views of one explorer must differ

function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

const build = tree => (typeof tree === "string" ? tree : node(tree[0], tree[1], ...tree.slice(2).map(build)));
const press = (text, act, attributes = {}) => {
  const button = node("button", { ...KEYS, type: "button", ...attributes }, text);
  button.onclick = act;
  return button;
};

// Each kind gets what Python said, in place in the page, and makes it something to try.

function chart({ root, parts, say }) {
  if (parts.length < 2) return;
  const views = [...root.querySelectorAll(".ice-view")];
  const buttons = parts.map((part, i) => press(part.label, () => show(i)));
  const show = chosen => views.forEach((view, i) => {
    view.hidden = i !== chosen;
    buttons[i].setAttribute("aria-pressed", String(i === chosen));
  });
  views[0].before(node("div", { class: "ice-row", role: "group", "aria-label": say("views") }, ...buttons));
  show(0);
}

function timeline({ root, say }) {
  const events = [...root.querySelectorAll("details")];
  const all = press(say("open-all"), () => {
    const open = events.some(event => !event.open);
    for (const event of events) event.open = open;
    all.textContent = say(open ? "close-all" : "open-all");
  });
  for (const event of events.slice(1)) event.open = false;
  root.querySelector("ol").before(node("div", { class: "ice-row" }, all));
}

function finder({ root, parts, say, ask, name }) {
  const select = node("select", { ...KEYS, id: `${name}-ask` }, node("option", { value: "" }, say("pick")),
    ...parts.map((part, i) => node("option", { value: i }, part.label)));
  const found = node("div", { class: "ice-found", role: "status" });
  select.onchange = () => {
    const part = parts[select.value];
    found.replaceChildren(...(part ? [node("p", {}, part.label),
      node("p", {}, `${say("desk")}: `, node("strong", {}, part.desk)), build(part.tree)] : []));
  };
  fold(root.querySelector("table"), say("all"), node("div", { class: "ice-field" }, node("label", { for: select.id }, ask), select), found);
}

function sorter({ root, parts, say, ask, bins }) {
  const stack = node("div", {});
  const sorted = node("div", { class: "ice-bins" });
  let left, placed;
  function start() {
    left = parts.map(part => [Math.random(), part]).sort(([a], [b]) => a - b).map(([, part]) => part);
    placed = new Map(bins.map(bin => [bin, []]));
    return deal();
  }
  function shelve() {
    sorted.replaceChildren(...bins.map(bin => node("div", {}, node("h4", {}, bin),
      node("ul", {}, ...(placed.get(bin).length ? placed.get(bin) : [say("none")]).map(text => node("li", {}, text))))));
  }
  function deal() { // gives what is to have the focus
    shelve();
    const [card] = left;
    if (!card) {
      const again = press(say("restart"), () => start().focus());
      stack.replaceChildren(node("p", { class: "ice-card" }, say("done", { total: parts.length })), again);
      return again;
    }
    const done = parts.length - left.length;
    const text = node("p", { class: "ice-card", tabindex: "-1" },
      node("small", {}, say("place", { done, total: parts.length })), card.label);
    stack.replaceChildren(text, node("p", {}, ask), node("div", { class: "ice-row", role: "group", "aria-label": ask },
      ...bins.map(bin => press(bin, () => judge(card, bin)))));
    return text;
  }
  function judge(card, chosen) {
    const right = chosen === card.bin;
    left.shift();
    if (right) placed.get(card.bin).push(card.label);
    else left.push(card);
    shelve();
    const told = node("div", { class: "ice-told", "data-outcome": right ? "right" : "wrong", tabindex: "-1" },
      node("p", {}, node("strong", {}, say(right ? "right" : "wrong", { bin: card.bin, chosen }))), build(card.tree));
    stack.replaceChildren(stack.firstChild, told, press(say("next"), () => deal().focus(), { class: "ice-main" }));
    told.focus(); // read once, by the focus
  }
  fold(root.querySelector("table"), say("all"), stack, sorted);
  start();
}

function documents({ root, parts, say }) {
  const picture = root.querySelector(".ice-picture");
  const rows = [...root.querySelectorAll(".ice-spots > li")];
  const note = node("div", { class: "ice-note", role: "status" });
  const spots = parts.map(({ label, style }, i) => press(node("span", {}, String(i + 1)), () => show(i),
    { class: "ice-spot", "aria-label": label, "aria-expanded": "false", style }));
  function show(chosen) {
    const open = chosen >= 0 && spots[chosen].getAttribute("aria-expanded") === "false";
    spots.forEach((spot, i) => spot.setAttribute("aria-expanded", String(open && i === chosen)));
    note.replaceChildren(...(open ? [...rows[chosen].children].map(part => part.cloneNode(true)) : []));
    if (!open) return;
    const [left, top, width, height] = parts[chosen].box; // beside the spot, never over it
    const place = [left + width / 2 > 50 ? ["right", 100 - left - width] : ["left", left],
      top + height / 2 > 50 ? ["bottom", 100 - top] : ["top", top + height]];
    note.removeAttribute("style");
    for (const [side, distance] of place) note.style[side] = `${distance}%`;
  }
  picture.addEventListener("keydown", event => {
    if (event.key !== "Escape" || !note.firstChild) return;
    event.stopPropagation();
    spots.find(spot => spot.getAttribute("aria-expanded") === "true").focus();
    show(-1);
  });
  const frame = picture.querySelector(".ice-frame");
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-label", say("spots"));
  frame.replaceChildren(frame.querySelector("img"), ...spots);
  picture.append(note);
  fold(root.querySelector(".ice-spots"), say("all"));
}

function calculator({ root, model, say, ask, name }) {
  const toHour = model.get("to_the_hour");
  const [day, hour] = model.get("when").split("T");
  const input = (type, value) => node("input", { ...KEYS, type, id: `${name}-${type}`, value, ...(type === "date" ? { min: "1970-01-01", max: "2099-12-31" } : {}) });
  const date = input("date", day);
  const time = input("time", hour ?? "");
  const field = (text, input) => node("div", { class: "ice-field" }, node("label", { for: input.id }, text), input);
  const from = root.querySelector(".ice-from");
  const said = node("p", { class: "ice-said", role: "status" });
  let shown = from.querySelector("strong").textContent; // what the dates on the screen were counted from
  let waiting;
  from.replaceWith(node("fieldset", {}, node("legend", {}, ask), field(say("day"), date), ...(toHour ? [field(say("hour"), time)] : [])), said);
  function tell(text, wrong) {
    said.textContent = text;
    said.classList.toggle("ice-wrong", wrong);
  }
  function changed() {
    clearTimeout(waiting);
    waiting = setTimeout(() => tell(say("no-reply", { when: shown }), true), WAIT_MS);
    model.set("when", toHour ? `${date.value}T${time.value}` : date.value);
    model.save_changes();
  }
  function counted() {
    const result = model.get("result");
    clearTimeout(waiting);
    const list = root.querySelector(".ice-deadlines");
    list.hidden = Boolean(result.wrong);
    if (result.tree) list.replaceWith(build(result.tree));
    if (result.tree) shown = result.from;
    tell(result.wrong ?? result.said, Boolean(result.wrong));
  }
  date.onchange = time.onchange = changed;
  model.on("change:result", counted);
  return () => {
    clearTimeout(waiting);
    model.off("change:result", counted);
  };
}

// The text form of what is tried out piece by piece: it gives the answers away, or is long.
function fold(text, summary, ...before) {
  const folded = node("details", { class: "ice-all" }, node("summary", {}, summary));
  text.replaceWith(...before, folded);
  folded.append(text);
}

const KINDS = { chart, timeline, finder, sorter, document: documents, calculator };

export default {
  render({ model, el }) {
    const words = model.get("words");
    const say = (id, fill = {}) => words[id].replace(/\{(\w+)\}/g, (_, key) => fill[key] ?? "");
    const root = build(model.get("tree"));
    for (const link of root.querySelectorAll("a, summary")) link.setAttribute("data-lm-suppress-shortcuts", "true");
    const name = `ice-explorer-${++views}`;
    const end = KINDS[model.get("kind")]({ root, model, say, name, parts: model.get("parts"), ask: model.get("ask"), bins: model.get("bins") });
    root.classList.add("ice-live"); // the same as text stands beside it, for print and for a page without a kernel
    el.append(root);
    return end;
  },
};
