/* The start extension: a hand-written module-federation container, no build step.

   A page of the course says so in its metadata: {"icecourse": {"role": "lesson"}}, "quiz" or "report".
   - Trusted: it starts when it is opened. Not trusted: a bar says so and offers *Start*. (The page's own Start
     button is for where this script is missing.)
   - A kernel that died and came back runs the page again, and what could not be saved meanwhile is saved.
   - Above a quiz stands how many items are answered, with a way to the next open one.
   - One-letter keyboard commands, which change or delete cells, are off on a page that is read.
   - The code of items is hidden, for the page is read, not programmed. An instructor's master (its cells hold
     graded keys) is left as it is, and so is everything under `icecourse teach` but the class report; the command
     "Show or hide item code" is there for lessons.
   - Printed, a page is what it says, with nothing of Jupyter round it. */
(function () {
  "use strict";
  const CODE = /^\s*(%%item|%explore|%progress|%review|%load_ext\s+icecourse|from icecourse\.instructor\.report)/;
  const KEY = /BEGIN KEY/;

  let scope;
  async function shared(name) { // the newest copy that the host offers
    const versions = scope[name];
    const key = Object.keys(versions).sort((a, b) => a.localeCompare(b, undefined, { numeric: true })).pop();
    return (await versions[key].get())();
  }

  const STYLE = `
    .ice-hide-code .ice-code .jp-Cell-inputWrapper,
    .ice-hide-code .ice-code .jp-OutputPrompt { display: none; }
    .ice-hide-code .ice-code.ice-setup { display: none; }
    .ice-page .jp-InputPrompt, .ice-page .jp-OutputPrompt { min-width: 0; width: 0; padding: 0; overflow: hidden; flex-basis: 0; }
    .ice-page .jp-OutputArea-promptOverlay, .ice-page .jp-Collapser, .ice-page .jp-cell-toolbar, .ice-page .jp-cell-menu, .ice-page .jp-Notebook-footer { display: none; }
    .ice-page .jp-RenderedMarkdown { max-width: 46rem; font-size: 1rem; line-height: 1.6; }
    .ice-page .jp-RenderedMarkdown img { max-width: 100%; }
    .ice-page .jp-RenderedMarkdown p a, .ice-page .jp-RenderedMarkdown li a { text-decoration: underline; text-underline-offset: 0.15em; text-decoration-thickness: 1px; }
    .ice-page .jp-RenderedMarkdown table { font-size: 0.9375rem; line-height: 1.4; margin-left: 0; }
    .ice-page .jp-Notebook-cell { max-width: 50rem; margin-left: auto; margin-right: auto; }
    .ice-page .jp-Notebook-cell:has(.ice-report) { max-width: 64rem; }
    .ice-page .jp-Cell-outputArea:has(.ice-report) { max-height: none !important; overflow: visible !important; resize: none !important; } /* Notebook scrolls long outputs */
    .ice-page .jp-Cell-outputArea:has(.ice-report)::after { display: none; }
    .ice-page .jp-Cell-outputWrapper:has(.ice-report) .jp-OutputArea-promptOverlay { display: none; }
    .ice-page .jp-MarkdownOutput { border-color: transparent !important; } /* Notebook draws a box in the active cell's box */
    .ice-page .jp-Notebook-cell:has(h2[data-jupyter-id="Sources"]) td:nth-child(n+3),
    .ice-page:has(h1[data-jupyter-id="Sources"]) td:nth-child(n+3) { white-space: nowrap !important; } /* dates */
    .ice-page .jp-RenderedHTML .ice-explorer table { margin-left: 0; font-size: 0.9375rem; }
    .ice-page .jp-RenderedHTML .ice-explorer caption { padding: 0.75rem 0 0.25rem; text-align: left; font-weight: 600; }
    .ice-page .jp-RenderedHTML .ice-explorer :is(th, td) { text-align: left; vertical-align: top; white-space: normal; }
    .ice-page .jp-RenderedHTML .ice-explorer tbody th { font-weight: normal; }
    .ice-starting .ice-code:not(.ice-setup):not(:has(.jp-OutputArea-child))::after { content: var(--ice-starting); display: block; padding: 0.5rem 0; }
    .ice-page .jp-RenderedMarkdown th, .ice-page .jp-RenderedMarkdown td { text-align: left; white-space: normal; }
    .jp-OutputArea:has(.ice-item, .ice-live) .ice-text { display: none; }
    .ice-bar { min-height: 3.75rem; box-sizing: border-box; overflow: auto; display: flex; gap: 0.6rem 1rem;
      align-items: center; align-content: flex-start; flex-wrap: wrap; padding: 0.6rem 1rem; font-size: 1rem;
      color: var(--jp-content-font-color1, #1f1f1f); background: var(--jp-layout-color2, #eee);
      border-bottom: 1px solid var(--jp-border-color1, #bbb); }
    .ice-bar button { min-height: 2.25rem; padding: 0.3rem 1.2rem; font: inherit; font-weight: 600; cursor: pointer;
      color: inherit; background: var(--jp-layout-color1, #fff); border: 1px solid currentColor; border-radius: 4px; }
    .ice-page .jp-RenderedMarkdown :is(h1, h2, h3) { line-height: 1.3; }
    .ice-page [data-commandlinker-command="notebook:run-all-cells"] { display: none; } /* for where this script is not */
    .ice-page .jp-mod-outputsScrolled .jp-Cell-outputArea { max-height: none; margin-left: 0; overflow: visible; resize: none; }
    .ice-page .jp-mod-outputsScrolled .jp-Cell-outputArea::after { display: none; }
    .ice-page .jp-mod-outputsScrolled .jp-OutputArea-child { padding-top: 0; }`;

  // A page on paper: nothing of Jupyter round it, unrolled, black on white in every theme, nothing to press.
  const PRINT = `@media print {
    body:has(.ice-page) { --jp-content-font-color0: #000; --jp-content-font-color1: #000; --jp-ui-font-color1: #000;
      --jp-content-link-color: #1257a6; --jp-layout-color0: #fff; --jp-layout-color1: #fff; --jp-layout-color2: #f2f2f2;
      --jp-border-color0: #757575; --jp-border-color1: #999; --jp-rendermime-table-row-background: #f2f2f2; }
    body .ice-page .ice-item, body .ice-page .ice-explorer { --ice-accent: #1257a6; --ice-good: #14663a; --ice-bad: #9a2a0f; }
    html:has(.ice-page), body:has(.ice-page), .lm-Widget:has(.ice-page), .ice-page, .ice-page :is(.jp-Notebook,
      .jp-WindowedPanel-outer, .jp-WindowedPanel-inner, .jp-WindowedPanel-viewport, .jp-Notebook-cell),
    .ice-page .jp-MarkdownCell :is(.jp-Cell-inputWrapper, .jp-InputArea, .jp-MarkdownOutput),
    .ice-page :is(.jp-OutputArea, .jp-OutputArea-child, .jp-OutputArea-output) {
      display: block !important; position: static !important; inset: auto !important; transform: none !important;
      width: auto !important; height: auto !important; min-height: 0 !important; max-width: none !important;
      margin: 0 !important; overflow: visible !important; contain: none !important; content-visibility: visible !important;
      background: #fff !important; border: 0 !important; box-shadow: none !important; color-scheme: light; }
    body:has(.ice-page) .lm-Widget:not(:has(.ice-page), .ice-page, .ice-page *), .ice-page :is(.jp-Toolbar, .ice-bar,
      .ice-actions, .ice-setup, .jp-InputPrompt, .jp-OutputPrompt, .jp-WindowedPanel-scrollbar) { display: none !important; }
    .ice-page .jp-OutputArea:has(.ice-text) .ice-live { display: none; } /* an explorer on paper is its text form */
    .ice-page .jp-OutputArea:has(.ice-live) .ice-text { display: block; }
    .ice-page :is(h1, h2, h3, h4) { break-inside: avoid; break-after: avoid; }
    .ice-page :is(.ice-item, img, tr, .ice-unit, .ice-deadlines li) { break-inside: avoid; }
  }`;

  function plugin({ INotebookTracker, NotebookActions }, { ICommandPalette, Printing }, { PageConfig }, { Widget }, { ServerConnection }) {
    return {
      id: "icecourse:start",
      autoStart: true,
      requires: [INotebookTracker],
      optional: [ICommandPalette],
      activate(app, tracker, palette) {
        const teaching = PageConfig.getOption("icecourse") === "teach";
        const words = JSON.parse(PageConfig.getOption("icecourseWords") || "{}"); // from icecourse/content/words, by the server
        const say = (id, fill = {}) => (words[id] ?? id).replace(/\{(\w+)\}/g, (_, key) => fill[key] ?? "");
        const when = iso => new Date(iso).toLocaleString([], { dateStyle: "full", timeStyle: "short" });
        const style = document.createElement("style");
        style.textContent = STYLE + PRINT;
        document.head.append(style);
        document.documentElement.style.setProperty("--ice-starting", JSON.stringify(say("starting")));

        const cells = panel => [...panel.content.widgets];
        const text = cell => cell.model.sharedModel.getSource();
        const isPage = panel => Boolean(panel.content.model?.sharedModel.getMetadata("icecourse")?.role);
        const isMaster = panel => cells(panel).some(cell =>
          cell.model.sharedModel.getMetadata("nbgrader")?.grade && KEY.test(text(cell)));
        const isTrusted = panel => cells(panel).every(cell => cell.model.type !== "code" || cell.model.trusted);

        async function start(panel) {
          panel.addClass("ice-starting"); // says so where an item will be
          await panel.sessionContext.ready;
          await panel.sessionContext.session?.kernel?.info;
          performance.mark("icecourse-kernel-ready"); // for make bench
          if (!panel.sessionContext.session?.kernel) return;
          // Not the command "run all": it goes to the last cell, and the page would open at its end.
          await NotebookActions.runCells(panel.content, cells(panel), panel.sessionContext);
          panel.removeClass("ice-starting");
        }

        function offer(panel) {
          const bar = document.createElement("div");
          bar.className = "ice-bar";
          bar.setAttribute("role", "region");
          bar.setAttribute("aria-label", say("start"));
          const button = document.createElement("button");
          button.type = "button";
          button.textContent = say("start");
          const why = document.createElement("span");
          why.textContent = say("not-started");
          bar.append(button, why);
          const header = new Widget({ node: bar });
          panel.contentHeader.addWidget(header);
          button.onclick = () => {
            header.dispose();
            start(panel);
          };
        }

        // Jupyter's one-letter commands change or delete the active cell: on a page that is read they are accidents.
        window.addEventListener("keydown", event => {
          const page = event.target instanceof Element && event.target.closest(".ice-hide-code");
          const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
          const typing = page && event.target.closest("input, textarea, select, button, a, [contenteditable=true]");
          if (page && plain && !typing && (event.key.length === 1 || event.key === "Enter")) event.stopImmediatePropagation();
        }, true);

        // Run the page again when its kernel died or was restarted: the items find their answers by themselves.
        function revive(panel) {
          let gone = false;
          panel.sessionContext.statusChanged.connect((_, status) => {
            if (status === "autorestarting" || status === "restarting") gone = true;
            else if (gone && status === "idle") {
              gone = false;
              start(panel);
            }
          });
        }

        function progress(panel) {
          const bar = document.createElement("div");
          bar.className = "ice-bar ice-progress";
          bar.setAttribute("role", "region");
          bar.setAttribute("aria-label", say("progress"));
          const answered = document.createElement("span");
          const next = document.createElement("button");
          next.type = "button";
          next.textContent = say("next-open");
          const hand = document.createElement("button");
          hand.type = "button";
          hand.textContent = say("hand-in");
          const due = document.createElement("span");
          const date = panel.content.model.sharedModel.getMetadata("icecourse").due;
          const said = document.createElement("span");
          said.setAttribute("role", "status");
          bar.append(answered, next, hand, due, said);
          const items = () => [...panel.content.node.querySelectorAll(".ice-quiz")];
          const open = () => items().filter(item => item.dataset.answered !== "true");
          function count() {
            const all = items().length;
            answered.textContent = all ? say("answered", { n: all - open().length, all }) : "";
            next.hidden = !open().length;
            bar.style.visibility = all ? "" : "hidden";
          }
          if (date) due.textContent = isNaN(new Date(date)) ? say("no-due") : say(new Date(date) > new Date() ? "due" : "was-due", { when: when(date) });
          next.onclick = () => {
            const item = open()[0];
            item?.scrollIntoView({ block: "center" });
            item?.querySelector("input, select, button")?.focus({ preventScroll: true });
          };
          let asked = false; // with open items one press asks, the next hands in
          hand.onclick = async () => {
            const left = open().length;
            if (items().some(item => ["saving", "failed"].includes(item.dataset.state))) {
              said.textContent = say("unsaved");
              return;
            }
            if (left && !asked) {
              asked = true;
              hand.textContent = say("hand-in-all-the-same");
              said.textContent = left === 1 ? say("open-one") : say("open-many", { n: left });
              return;
            }
            asked = false;
            hand.textContent = say("hand-in");
            hand.disabled = true;
            said.textContent = say("handing-in");
            try {
              await panel.context.save();
              said.textContent = await handIn(panel.context.path);
            } catch (error) {
              said.textContent = say("not-handed-in", { why: error.message });
            }
            hand.disabled = false;
            hand.focus();
          };
          // The header's layout gives its child no more than min-height: let that follow what the bar has to say.
          const fit = () => {
            const shown = [...bar.children].filter(child => child.offsetParent);
            const needs = Math.max(0, ...shown.map(child => child.offsetTop + child.offsetHeight));
            bar.style.minHeight = `calc(${needs}px + 0.6rem + 2px)`;
            panel.contentHeader.fit();
          };
          const watch = new ResizeObserver(fit);
          for (const part of [bar, ...bar.children]) watch.observe(part);
          new MutationObserver(count).observe(panel.content.node,
            { subtree: true, childList: true, attributes: true, attributeFilter: ["data-answered"] });
          panel.contentHeader.addWidget(new Widget({ node: bar }));
          count();
        }

        async function handIn(path) {
          const settings = ServerConnection.makeSettings();
          const reply = await ServerConnection.makeRequest(`${settings.baseUrl}icecourse/hand-in`,
            { method: "POST", body: JSON.stringify({ path }) }, settings);
          if (!reply.ok) throw new Error(reply.status);
          const receipt = await reply.json();
          if (receipt.failed) return say("refused", { why: receipt.failed });
          return say(receipt.channel === "exchange" ? "arrived" : "written", { when: when(receipt.at), where: receipt.path });
        }

        async function open(panel) {
          await panel.context.ready;
          await panel.revealed;
          if (!isPage(panel)) return;
          panel.addClass("ice-page");
          panel[Printing.symbol] = () => async () => window.print(); // Jupyter's own way would print the code of items
          for (const cell of cells(panel)) {
            if (CODE.test(text(cell))) cell.addClass("ice-code");
            if (/^\s*%load_ext/.test(text(cell))) cell.addClass("ice-setup");
          }
          const role = panel.content.model.sharedModel.getMetadata("icecourse").role;
          if (role !== "report" && (teaching || isMaster(panel))) return;
          panel.addClass("ice-hide-code");
          revive(panel);
          if (role === "quiz") progress(panel);
          if (isTrusted(panel)) await start(panel);
          else offer(panel);
        }

        app.commands.addCommand("icecourse:toggle-code", {
          label: say("toggle-code"),
          isEnabled: () => Boolean(tracker.currentWidget && isPage(tracker.currentWidget)),
          execute: () => tracker.currentWidget.toggleClass("ice-hide-code"),
        });
        palette?.addItem({ command: "icecourse:toggle-code", category: say("course") });

        tracker.widgetAdded.connect((_, panel) => void open(panel));
        tracker.forEach(panel => void open(panel));
      },
    };
  }

  const container = {
    init(given) { scope = given; },
    async get() {
      const made = plugin(await shared("@jupyterlab/notebook"), await shared("@jupyterlab/apputils"),
        await shared("@jupyterlab/coreutils"), await shared("@lumino/widgets"),
        await shared("@jupyterlab/services"));
      return () => ({ __esModule: true, default: made });
    },
  };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB.icecourse = container;
})();
