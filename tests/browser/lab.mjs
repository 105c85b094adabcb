// The lab as tests see it, and the rule that holds for all of them: no request leaves the origin.
import { test as base, expect } from "@playwright/test";

/// Actions and readings of the lab page.
export class Lab {
  constructor(page) {
    this.page = page;
    this.train = page.getByTestId("train");
    this.status = page.getByTestId("status");
    this.engine = page.getByTestId("engine");
    this.notices = page.getByTestId("notices");
    /// What the Content-Security-Policy refused; must be empty at the end of each test.
    this.refused = [];
    /// Addresses outside of the site that this test asks for on purpose.
    this.allowed = [];
  }

  async open(link) {
    await this.page.goto(`/#/lab?v=1&${link}`);
    await expect(this.train).toBeVisible();
  }

  /// Opens a lesson and waits for its dish.
  async openLesson(id) {
    await this.page.goto("about:blank");
    await this.page.goto(`/#/lesson/${id}`);
    await expect(this.page.getByTestId("dish")).toBeVisible();
    await expect(this.status).toHaveText(/^Ready/, { timeout: 60_000 });
    await this.unfold();
  }

  /// Opens what is folded away among the settings of a dish.
  async unfold() {
    const fold = this.page.locator("details.more-settings:not([open]) > summary");
    if (await fold.count()) await fold.click();
  }

  /// Puts another dish of the lesson into the panel.
  async loadDish(id) {
    const card = this.page.getByTestId(`dish-${id}`);
    await expect(card).toBeVisible();
    const button = card.getByRole("button", { name: "Load this dish" });
    if (await button.count()) await button.click();
    await expect(card).toHaveClass(/dish-active/);
    await expect(this.status).toHaveText(/^Ready/, { timeout: 60_000 });
    await this.unfold();
  }

  /// Opens the view of several runs in the lab and says over how many seeds.
  async planRuns(seeds) {
    await this.page.getByText("Views and sharing").click();
    await this.page.getByTestId("view-runs").check();
    await this.page.getByTestId("seeds").fill(String(seeds));
    await this.page.getByTestId("seeds").press("Enter");
  }

  async speed(value) {
    await this.page.getByLabel("Speed").selectOption(value);
  }

  async step() {
    return Number(await this.status.getAttribute("data-step"));
  }

  async reach(step, timeout = 120_000) {
    await expect.poll(() => this.step(), { timeout }).toBeGreaterThanOrEqual(step);
  }

  /// Newest values of a chart: { training, batch, validation, balanced }.
  async values(chart) {
    const text = await this.page.getByTestId(`readout-${chart}`).innerText();
    const found = {};
    for (const [, name, value] of text.matchAll(/(training|validation|balanced|batch) (-?[\d.]+)/g)) found[name] = Number(value);
    return found;
  }

  /// The points of the first training curve, as drawn.
  async curve(chart) {
    return this.page.getByTestId(`chart-${chart}`).locator("path.line-train").last().getAttribute("d");
  }

  /// The pixels of a canvas, as a text that can be compared.
  async pixels(testId) {
    return this.page.getByTestId(testId).first().evaluate((canvas) => canvas.toDataURL());
  }

  /// Number of different colours on a canvas: an empty one has one.
  async colours(testId) {
    return this.page.getByTestId(testId).first().evaluate((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
  }

  /// The longest task of the page's main thread while `during` goes on, in milliseconds of the processor: what
  /// other programs take away from a busy machine does not count.
  async longestTask(during) {
    const browser = this.page.context().browser();
    await browser.startTracing(this.page, { categories: ["toplevel"] });
    await during();
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
    const thread = (event) => `${event.pid}/${event.tid}`;
    const main = new Set(traceEvents.filter((e) => e.name === "thread_name" && e.args.name === "CrRendererMain").map(thread));
    const tasks = traceEvents.filter((e) => main.has(thread(e)) && e.tdur > 0);
    expect(tasks.length, "tasks in the trace").toBeGreaterThan(100);
    return Math.max(...tasks.map((e) => e.tdur)) / 1000;
  }

  async dropFile(name, bytes) {
    const base64 = Buffer.from(bytes).toString("base64");
    const transfer = await this.page.evaluateHandle(
      ({ name, base64 }) => {
        const transfer = new DataTransfer();
        const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        transfer.items.add(new File([bytes], name));
        return transfer;
      },
      { name, base64 },
    );
    await this.page.dispatchEvent("body", "dragover", { dataTransfer: transfer });
    await this.page.dispatchEvent("body", "drop", { dataTransfer: transfer });
  }

  /// Sends a command to the worker that the page started last (test hooks of the worker).
  async tellWorker(command) {
    await this.page.evaluate((command) => globalThis.startedWorkers.at(-1).postMessage([JSON.stringify(command)]), command);
  }
}

export const test = base.extend({
  lab: async ({ page, baseURL }, use) => {
    const outside = [];
    page.context().on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(baseURL) && !/^(data|blob):/.test(url)) outside.push(url);
    });
    const lab = new Lab(page);
    page.on("console", (message) => {
      if (/content security policy/i.test(message.text())) lab.refused.push(message.text());
    });
    // The page has no hook of its own: its workers and what it tells them are remembered from outside.
    await page.addInitScript(() => {
      globalThis.startedWorkers = [];
      globalThis.sentCommands = [];
      const Original = globalThis.Worker;
      globalThis.Worker = class extends Original {
        constructor(...parameters) {
          super(...parameters);
          globalThis.startedWorkers.push(this);
        }
        postMessage(message, ...rest) {
          // Commands are JSON; the reader of lessons from elsewhere is given plain text.
          if (message[0].startsWith("{")) globalThis.sentCommands.push(JSON.parse(message[0]));
          super.postMessage(message, ...rest);
        }
      };
    });
    await use(lab);
    const unwanted = outside.filter((url) => !lab.allowed.some((allowed) => url.startsWith(allowed)));
    expect(unwanted, "requests that left the origin").toEqual([]);
    expect(lab.refused, "what the Content-Security-Policy refused").toEqual([]);
  },
});

export { expect };
