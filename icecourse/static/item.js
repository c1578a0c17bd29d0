// The item on screen. Plain DOM, native controls; text is only ever set as text, never as HTML.

const WAIT_MS = 3000; // longer than any healthy save; after it the trainee is told

let views = 0; // radio groups of two views of one item must not share a name

// JupyterLab takes arrow keys and letters for its own unless the focused element itself says no.
const KEYS = { "data-lm-suppress-shortcuts": "true" };

function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in made && typeof value === "boolean") made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function paragraphs(text) {
  return text.split(/\n\s*\n/).map(part => node("p", {}, part.replace(/\s*\n\s*/g, " ").trim()));
}

const clock = iso => new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export default {
  render({ model, el }) {
    const item = model.get("item");
    const words = model.get("words");
    const practice = model.get("life") === "practice";
    const name = `ice-${item.id}-${++views}`;
    const say = (id, fill = {}) =>
      words[id].replace(/\{(\w+)\}/g, (_, key) => fill[key] ?? "");

    // -- what is on the page -------------------------------------------------------------------------------
    const inputs = item.options.map(([id]) =>
      node("input", { type: item.kind === "one" ? "radio" : "checkbox", name, value: id, ...KEYS }));
    const labels = item.options.map(([, text], i) =>
      node("label", { class: "ice-option" }, inputs[i], node("span", {}, text)));
    const how = node("p", { class: "ice-how", id: `${name}-how` }, say(item.kind === "one" ? "choose-one" : "choose-all"));
    const stem = node("legend", {}, node("span", { class: "ice-life" }, say(practice ? "group-practice" : "group-quiz")), ...paragraphs(item.stem));
    const fieldset = node("fieldset", { "aria-describedby": how.id }, stem, how, ...labels);
    const check = node("button", { ...KEYS, type: "button", class: "ice-main" }, say("check"));
    const hint = node("button", { ...KEYS, type: "button", hidden: true }, say("hint"));
    const again = node("button", { ...KEYS, type: "button", hidden: true }, say("again"));
    const save = node("button", { ...KEYS, type: "button", hidden: true }, say("save"));
    const status = node("p", { class: "ice-status", role: "status" });
    const verdict = node("div", { ...KEYS, class: "ice-verdict", tabindex: "-1", hidden: true });
    const root = node("section", { class: `ice-item ice-${practice ? "practice" : "quiz"}`, "data-item": item.id },
    fieldset, node("div", { class: "ice-actions" }, ...(practice ? [check, again, hint] : []), save), status, verdict);
    el.append(root);

    const chosen = () => inputs.filter(input => input.checked).map(input => input.value);
    function mark(response) {
      for (const input of inputs) input.checked = response.includes(input.value);
    }
    function tell(text, state = "") {
      if (status.textContent !== text) status.textContent = text; // said once, not at every redraw
      root.dataset.state = state;
    }

    // -- saving --------------------------------------------------------------------------------------------
    let sent = 0; // number of the last message; replies to earlier ones are stale
    let waiting;
    let doing = "answer";

    function send(what) {
      doing = what;
      clearTimeout(waiting);
      tell(say("saving"), "saving");
      save.hidden = true;
      const n = ++sent;
      waiting = setTimeout(() => failed(say("no-reply")), WAIT_MS);
      try {
        model.send({ do: what, n, response: chosen() });
      } catch {
        failed(say("no-reply"));
      }
    }
    function failed(why) {
      clearTimeout(waiting);
      if (practice) open();
      tell(say("not-saved", { why }), "failed");
      save.hidden = false;
    }
    function replied(reply) {
      if (reply.n !== sent) return;
      clearTimeout(waiting);
      if (reply.failed) return failed(reply.failed);
      save.hidden = true;
      const kept = chosen().length ? "saved" : "cleared";
      if (!practice) tell(reply.saved ? say(kept, { time: clock(reply.saved) }) : say("memory"), "saved");
      if (reply.verdict) {
        judge(reply.verdict);
        verdict.focus({ preventScroll: false });
      }
    }

    // -- practice ------------------------------------------------------------------------------------------
    function open() {
      for (const input of inputs) input.disabled = false;
      check.hidden = false;
      again.hidden = true;
      verdict.hidden = true;
      for (const label of labels) delete label.dataset.outcome;
    }
    function judge(given) {
      tell("", given.outcome);
      for (const input of inputs) input.disabled = true; // Try again opens them
      check.hidden = true;
      again.hidden = given.outcome === "right";
      hint.hidden = !given.hint || given.outcome === "right";
      hint.onclick = () => {
        hint.hidden = true;
        verdict.append(node("p", { class: "ice-hint" }, node("strong", {}, `${say("hint")}: `), given.hint));
        (again.hidden ? verdict : again).focus();
      };
      item.options.forEach(([id], i) => {
        const marked = given.marks[id];
        if (marked) labels[i].dataset.outcome = marked;
      });
      verdict.replaceChildren(
        node("p", { class: "ice-outcome" }, node("strong", {}, say(given.outcome)), given.missed ? ` ${given.missed}` : ""),
        ...given.reasons.map(([head, text, why]) =>
          node("div", { class: "ice-reason" }, node("p", { class: "ice-chose" }, `${head} `, node("q", {}, text)), node("p", {}, why))),
        ...(given.sources.length ? [node("ul", { class: "ice-sources" }, ...given.sources.map(source))] : []));
      verdict.hidden = false;
    }
    function source([citation, url, note]) {
      const link = url ? node("a", { ...KEYS, href: url, target: "_blank", rel: "noopener noreferrer" }, citation) : citation;
      return node("li", {}, link, ` (${note})`);
    }

    // -- wiring --------------------------------------------------------------------------------------------
    for (const input of inputs) {
      input.addEventListener("change", () => {
        if (!practice) send("answer");
        else tell("");
      });
    }
    check.onclick = () => (chosen().length ? send("check") : tell(say("nothing"), "failed"));
    again.onclick = () => {
      open();
      mark([]);
      tell("");
      inputs[0].focus();
    };
    save.onclick = () => send(doing);
    const sync = () => { // another view of the same item, or another tab, has answered
      if (root.dataset.state !== "saving" && root.dataset.state !== "failed") mark(model.get("response"));
    };
    model.on("msg:custom", replied);
    model.on("change:response", sync);
    mark(model.get("response"));
    if (model.get("verdict")) judge(model.get("verdict"));
    if (model.get("notice")) tell(model.get("notice"));
    return () => {
      clearTimeout(waiting);
      model.off("msg:custom", replied);
      model.off("change:response", sync);
    };
  },
};
