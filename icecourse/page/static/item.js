// The item on screen. Plain DOM, native controls; text is only ever set as text, never as HTML.

const WAIT_MS = 3000; // longer than any healthy save; after it the trainee is told
const TYPING_MS = 700; // a pause in typing counts as an answer

// JupyterLab takes arrow keys and letters for its own unless the focused element itself says no.
const KEYS = { "data-lm-suppress-shortcuts": "true" };

let views = 0; // radio groups of two views of one item must not share a name

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

function source([citation, url, note]) {
  const link = url ? node("a", { ...KEYS, href: url, target: "_blank", rel: "noopener noreferrer" }, citation) : citation;
  return node("li", {}, link, ` (${note})`);
}

const clock = iso => new Date(iso).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
const isEmpty = response => response === null || response === "" || Object.keys(response).length === 0;

// -- the controls of each kind
// Each gives its elements, reads and marks a response in the kind's own form, locks, and takes the focus.
// `spots` are the elements that feedback may mark, by the id of the part.

function choice({ item, name, changed }) {
  const inputs = item.options.map(([id]) =>
    node("input", { type: item.kind === "one" ? "radio" : "checkbox", name, value: id, ...KEYS }));
  const labels = item.options.map(([, text], i) => node("label", { class: "ice-option" }, inputs[i], node("span", {}, text)));
  for (const input of inputs) input.addEventListener("change", () => changed());
  return {
    elements: labels,
    read: () => inputs.filter(input => input.checked).map(input => input.value),
    mark: response => inputs.forEach(input => (input.checked = (response ?? []).includes(input.value))),
    lock: on => inputs.forEach(input => (input.disabled = on)),
    focus: () => inputs[0].focus(),
    spots: Object.fromEntries(item.options.map(([id], i) => [id, labels[i]])),
  };
}

function match({ item, name, say, changed }) {
  const selects = item.left.map(([id], i) =>
    node("select", { id: `${name}-${i}`, "data-left": id, ...KEYS }, node("option", { value: "" }, say("pick")),
      ...item.options.map(([value, text]) => node("option", { value }, text))));
  const rows = item.left.map(([, text], i) =>
    node("div", { class: "ice-option ice-pair" }, node("label", { for: `${name}-${i}` }, text), selects[i]));
  for (const select of selects) select.addEventListener("change", () => changed());
  return {
    elements: rows,
    read: () => Object.fromEntries(selects.filter(s => s.value).map(s => [s.dataset.left, s.value])),
    mark: response => selects.forEach(s => (s.value = (response ?? {})[s.dataset.left] ?? "")),
    lock: on => selects.forEach(select => (select.disabled = on)),
    focus: () => selects[0].focus(),
    spots: Object.fromEntries(item.left.map(([id], i) => [id, rows[i]])),
  };
}

function order({ item, say, changed }) {
  let touched = false; // the drawn order is no answer
  let locked = false;
  let dragged; // an extra: the buttons do all of it
  const list = node("ol", { class: "ice-order" });
  const rows = item.options.map(([id, text]) => {
    const up = node("button", { ...KEYS, type: "button", "aria-label": say("up", { text }) }, "↑");
    const down = node("button", { ...KEYS, type: "button", "aria-label": say("down", { text }) }, "↓");
    const row = node("li", { class: "ice-option", "data-option": id }, node("span", {}, text), node("span", { class: "ice-moves" }, up, down));
    up.onclick = () => move(row, up, down, -1);
    down.onclick = () => move(row, down, up, 1);
    row.ondragstart = event => {
      dragged = row;
      event.dataTransfer.setData("text", text); // Firefox drags nothing without
    };
    row.ondragend = () => (dragged = null);
    row.ondragover = event => dragged && event.preventDefault();
    row.ondrop = event => {
      event.preventDefault();
      if (!dragged || dragged === row) return;
      row[place(dragged) < place(row) ? "after" : "before"](dragged);
      moved(dragged);
    };
    return row;
  });
  list.append(...rows);
  ends();
  function move(row, pressed, other, step) {
    // The neighbour moves, not the row: a moved element would lose the focus.
    if (step < 0) row.after(row.previousElementSibling);
    else row.before(row.nextElementSibling);
    moved(row);
    if (pressed.disabled) other.focus();
  }
  function moved(row) {
    touched = true;
    ends();
    changed(say("moved", { text: row.firstChild.textContent, place: place(row), n: rows.length }));
  }
  function place(row) {
    return [...list.children].indexOf(row) + 1;
  }
  function ends() {
    for (const row of list.children) {
      row.draggable = !locked;
      const [up, down] = row.querySelectorAll("button");
      up.disabled = locked || !row.previousElementSibling;
      down.disabled = locked || !row.nextElementSibling;
    }
  }
  return {
    elements: [list],
    read: () => (touched ? [...list.children].map(row => row.dataset.option) : []),
    mark: response => {
      touched = !isEmpty(response ?? []);
      list.append(...(touched ? response.map(id => rows.find(row => row.dataset.option === id)) : rows));
      ends();
    },
    lock: on => {
      locked = on;
      ends();
    },
    focus: () => list.querySelector("button:not(:disabled)").focus(),
    spots: { answer: list },
  };
}

function entry({ item, name, say, changed }) {
  const kinds = { date: { type: "date" }, number: { type: "text", inputmode: "decimal" }, text: { type: "text" } };
  const input = node("input", { id: `${name}-entry`, autocomplete: "off", maxlength: "1000", ...kinds[item.format], ...KEYS });
  const row = node("div", { class: "ice-option ice-entry" }, node("label", { for: input.id }, say(`type-${item.format}`)), input);
  let typing;
  const soon = wait => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      if (input.value.trim() !== last) changed();
    }, wait);
  };
  let last = "";
  input.addEventListener("input", () => soon(TYPING_MS));
  input.addEventListener("change", () => soon(0));
  return {
    elements: [row],
    read: () => (last = input.value.trim()),
    mark: response => {
      last = response ?? "";
      if (document.activeElement !== input || last === "") input.value = last;
    },
    lock: on => (input.readOnly = on),
    focus: () => input.focus(),
    spots: { answer: row },
  };
}

// A branching case: past scenes folded away, the last consequence and the scene where the path stands in full.
function path({ item: { case: file }, name, say, tell, changed }) {
  let made = []; // the choices, in order
  let locked = false;
  const place = node("div", { class: "ice-case" });
  const past = new Map(); // scene -> its element, for the marks of feedback
  draw();

  function steps() { // each with the consequences that come back in it
    const chosen = new Set();
    const echoes = scene => scene.later.filter(note => chosen.has(`${note.scene}.${note.choice}`));
    let scene = file.scenes[file.start];
    const walked = made.map(id => {
      const choice = scene.choices.find(choice => choice.id === id);
      const step = { scene, choice, echoes: echoes(scene) };
      chosen.add(`${scene.id}.${id}`);
      scene = file.scenes[choice.next];
      return step;
    });
    return [walked, { scene, echoes: echoes(scene) }];
  }
  function draw(focus = false) {
    const [walked, { scene, echoes }] = steps();
    past.clear();
    for (const step of walked) past.set(step.scene.id, behind(step));
    const papers = [...new Set([...walked.map(step => step.scene), scene].flatMap(scene => scene.documents))];
    const heading = node("p", { class: "ice-scene", tabindex: "-1", ...KEYS }, head(scene));
    const inputs = scene.choices.map(choice => node("input", { type: "radio", name: `${name}-choice`, value: choice.id, disabled: locked, ...KEYS }));
    const go = node("button", { ...KEYS, type: "button", class: "ice-main", disabled: locked }, say("continue"));
    go.onclick = () => {
      const picked = inputs.find(input => input.checked);
      if (!picked) return tell(say("nothing"), "failed");
      made = [...made, picked.value];
      draw(true);
      changed();
    };
    const restart = node("button", { ...KEYS, type: "button", disabled: locked }, say("restart"));
    restart.onclick = () => {
      if (restart.textContent !== say("restart-sure")) return (restart.textContent = say("restart-sure"));
      made = [];
      draw(true);
      changed();
    };
    place.replaceChildren(
      ...(papers.length ? [fold("ice-papers", say("documents", { n: papers.length }), ...papers.map(paper))] : []),
      ...(walked.length > 1 ? [fold("ice-past", say("so-far", { n: walked.length - 1 }), ...[...past.values()].slice(0, -1))] : []),
      ...(walked.length ? [past.get(walked.at(-1).scene.id)] : []),
      heading, ...told(scene, echoes),
      ...(inputs.length
        ? [node("div", { role: "radiogroup", "aria-label": scene.title }, ...scene.choices.map((choice, i) => node("label", { class: "ice-option" }, inputs[i], node("span", {}, choice.text))))]
        : [node("p", {}, node("strong", {}, say("the-end")))]),
      node("div", { class: "ice-actions" }, ...(inputs.length ? [go] : []), ...(walked.length ? [restart] : [])));
    if (focus) heading.focus();
  }
  function told(scene, echoes) {
    return [...echoes.map(note => node("p", { class: "ice-echo" }, node("strong", {}, say("echo")), ` ${note.text}`)), ...paragraphs(scene.text)];
  }
  function head(scene) {
    if (!scene.date) return scene.title;
    const day = new Date(`${scene.date}T12:00:00`).toLocaleDateString([], { weekday: "long", year: "numeric", month: "long", day: "numeric" });
    return `${scene.title} (${day})`;
  }
  function fold(kind, summary, ...children) {
    return node("details", { class: kind }, node("summary", KEYS, summary), ...children);
  }
  function paper(id) {
    const { title, text } = file.documents[id];
    return fold("ice-paper", title, ...paragraphs(text));
  }
  function behind({ scene, choice, echoes }) {
    return node("div", { class: "ice-step" },
      node("p", { class: "ice-scene" }, head(scene)), ...told(scene, echoes), node("p", {}, node("strong", {}, say("you-chose")), " ", node("q", {}, choice.text)),
      node("p", {}, node("strong", {}, say("outcome")), ` ${choice.then}`), node("p", {}, node("strong", {}, say("decided")), ` ${scene.decides}`),
      ...(file.sources[scene.id].length ? [node("ul", { class: "ice-sources" }, ...file.sources[scene.id].map(source))] : []));
  }
  return {
    elements: [place],
    read: () => made,
    done: () => !steps()[1].scene.choices.length,
    mark: response => {
      if (JSON.stringify(made) === JSON.stringify(response ?? [])) return; // a redraw would take the focus away
      made = response ?? [];
      draw();
    },
    lock: on => {
      locked = on;
      for (const control of place.querySelectorAll("input, button")) control.disabled = on;
    },
    focus: () => place.querySelector("input")?.focus(),
    get spots() {
      return Object.fromEntries([...past].map(([id, step]) => [id, step.firstChild]));
    },
  };
}

const CONTROLS = { one: choice, all: choice, match, order, entry, case: path };

export default {
  render({ model, el }) {
    const item = model.get("item");
    const words = model.get("words");
    const practice = model.get("mode") === "practice";
    const name = `ice-${item.id}-${++views}`;
    const unsaved = `icecourse:${location.pathname}:${item.id}`; // kept by this tab until it is on disk
    const say = (id, fill = {}) => words[id].replace(/\{(\w+)\}/g, (_, key) => fill[key] ?? "");

    // -- what is on the page
    const controls = CONTROLS[item.kind]({ item, name, say, tell, changed });
    const how = node("p", { class: "ice-how", id: `${name}-how` }, say(`choose-${item.kind}`));
    const stem = node("legend", {}, node("span", { class: "ice-mode" }, say(practice ? "group-practice" : "group-quiz")), ...paragraphs(item.stem));
    const fieldset = node("fieldset", { "aria-describedby": how.id }, stem, how, ...controls.elements);
    const sure = item.confidence ? certainty() : null;
    const check = node("button", { ...KEYS, type: "button", class: "ice-main" }, say("check"));
    const hint = node("button", { ...KEYS, type: "button", hidden: true }, say("hint"));
    const again = node("button", { ...KEYS, type: "button", hidden: true }, say("again"));
    const save = node("button", { ...KEYS, type: "button", hidden: true }, say("save"));
    const status = node("p", { class: "ice-status", role: "status" });
    const panel = node("div", { ...KEYS, class: "ice-feedback", tabindex: "-1", hidden: true });
    const root = node("section", { class: `ice-item ice-${practice ? "practice" : "quiz"}`, "data-item": item.id },
      fieldset, ...(sure ? [sure.fieldset] : []),
      node("div", { class: "ice-actions" }, ...(practice ? [check, again, hint] : []), save), status, panel);
    el.append(root);

    function certainty() {
      const inputs = ["sure", "fairly", "guess"].map(value =>
        node("input", { type: "radio", name: `${name}-sure`, value, ...KEYS, checked: model.get("confidence") === value }));
      for (const input of inputs) input.addEventListener("change", () => practice || isEmpty(controls.read()) || send("answer"));
      return {
        fieldset: node("fieldset", { class: "ice-sure" }, node("legend", {}, say("how-sure")),
          ...inputs.map(input => node("label", {}, input, say(input.value)))),
        read: () => inputs.find(input => input.checked)?.value ?? "",
      };
    }
    function tell(text, state = "") {
      if (status.textContent !== text) status.textContent = text; // said once, not at every redraw
      root.dataset.state = state;
    }
    function count() {
      root.dataset.answered = String(controls.done ? controls.done() : !isEmpty(controls.read()));
    }

    // -- saving
    let sent = 0; // number of the last message; replies to earlier ones are stale
    let waiting;
    let doing = "answer";
    let looking = false;
    let first = ""; // what is said before "Saved"

    function changed(news = "") {
      first = news;
      if (controls.done) send(controls.done() ? "check" : "answer"); // a case: each step is kept, its end is judged
      else if (practice) tell(news);
      else send("answer");
    }
    function send(what) {
      doing = what;
      looking = false;
      clearTimeout(waiting);
      tell(say("saving"), "saving");
      save.hidden = true;
      const message = { do: what, n: ++sent, response: controls.read(), confidence: sure?.read() ?? "" };
      keep(message.response);
      waiting = setTimeout(() => failed(say("no-reply")), WAIT_MS);
      try {
        model.send(message);
      } catch {
        failed(say("no-reply"));
      }
    }
    function keep(response) { // a browser may forbid storage: then the screen alone keeps it
      try {
        if (response === undefined) sessionStorage.removeItem(unsaved);
        else sessionStorage.setItem(unsaved, JSON.stringify(response));
      } catch {}
    }
    function kept() {
      try {
        return JSON.parse(sessionStorage.getItem(unsaved));
      } catch {
        return null;
      }
    }
    function failed(why) {
      clearTimeout(waiting);
      if (practice && !controls.done) open();
      tell(say("not-saved", { why }), "failed");
      save.hidden = false;
    }
    function replied(reply) {
      if (reply.n !== sent) return;
      clearTimeout(waiting);
      if (looking) {
        looking = false;
        return; // what there is to say comes with the state, to every view
      }
      if (reply.failed) return failed(reply.failed);
      keep(undefined);
      save.hidden = true;
      if (!practice || controls.done) {
        const done = reply.saved ? say(isEmpty(controls.read()) ? "cleared" : "saved", { time: clock(reply.saved) }) : say("memory");
        tell([first, done, reply.note, reply.also ? say("elsewhere") : ""].filter(Boolean).join(" "), "saved");
        count();
      }
      first = "";
      const feedback = model.get("feedback"); // it came as state just before, so that a view that opens later has it too
      if (feedback) {
        judge(feedback);
        panel.focus();
      }
    }

    // -- practice
    function open() {
      controls.lock(false);
      check.hidden = Boolean(controls.done);
      again.hidden = true;
      hint.hidden = true;
      panel.hidden = true;
      for (const spot of Object.values(controls.spots)) delete spot.dataset.outcome;
    }
    function judge(feedback) {
      tell("", feedback.outcome);
      controls.lock(true); // Try again opens it
      check.hidden = true;
      again.hidden = feedback.outcome === "right";
      hint.hidden = !feedback.hint || feedback.outcome === "right";
      hint.onclick = () => {
        hint.hidden = true;
        panel.append(node("p", { class: "ice-hint" }, node("strong", {}, `${say("hint")}: `), feedback.hint));
        again.focus();
      };
      const spots = controls.spots;
      for (const [id, outcome] of Object.entries(feedback.marks)) spots[id].dataset.outcome = outcome;
      panel.replaceChildren(
        node("p", { class: "ice-outcome" }, node("strong", {}, say(feedback.outcome)), feedback.missed ? ` ${feedback.missed}` : ""),
        ...feedback.reasons.map(([head, text, why]) =>
          node("div", { class: "ice-reason" }, node("p", { class: "ice-chose" }, `${head} `, node("q", {}, text)), node("p", {}, why))),
        ...(feedback.sources.length ? [node("ul", { class: "ice-sources" }, ...feedback.sources.map(source))] : []));
      panel.hidden = false;
    }
    // -- wiring
    check.onclick = () => (isEmpty(controls.read()) ? tell(say("nothing"), "failed") : send("check"));
    again.onclick = () => {
      open();
      if (["one", "all", "case"].includes(item.kind)) controls.mark([]); // what was built or typed is worked on
      tell("");
      controls.focus();
    };
    save.onclick = () => send(doing);
    const sync = () => { // another view of the same item, or another tab, has answered
      if (root.dataset.state === "saving" || root.dataset.state === "failed") return;
      const news = !practice && JSON.stringify(model.get("response") ?? []) !== JSON.stringify(controls.read() ?? []);
      controls.mark(model.get("response"));
      if (news) tell(say("elsewhere"), "saved");
      count();
    };
    const look = () => { // back in this window: has another one, with a kernel of its own, answered meanwhile?
      if (practice || document.hidden || ["saving", "failed"].includes(root.dataset.state)) return;
      looking = true;
      try {
        model.send({ do: "look", n: ++sent });
      } catch {
        looking = false;
      }
    };
    window.addEventListener("focus", look);
    model.on("msg:custom", replied);
    model.on("change:response", sync);
    controls.mark(model.get("response"));
    check.hidden = Boolean(controls.done);
    if (model.get("feedback")) judge(model.get("feedback"));
    if (model.get("notice")) tell(model.get("notice"));
    count();
    const lost = practice && !controls.done ? null : kept();
    if (lost !== null) { // chosen while nothing could be saved: the kernel is back, so save it now
      controls.mark(lost);
      send("answer");
    }
    return () => {
      clearTimeout(waiting);
      window.removeEventListener("focus", look);
      model.off("msg:custom", replied);
      model.off("change:response", sync);
    };
  },
};
