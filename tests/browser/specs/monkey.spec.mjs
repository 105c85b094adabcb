// A monkey at the controls: whatever it presses and types, the page must go on, and must not grow.
//
// What it does follows from a seed (PETRI_MONKEY_SEED), as far as the page shows it the same controls at the same
// moment. It has two equal rounds: in the first one everything that is loaded or kept only once is, after the second
// one, back at the map, there must be no more elements, listeners and memory than after the first.
import { expect, test } from "../lab.mjs";

const SEED = Number(process.env.PETRI_MONKEY_SEED ?? 1);

/// Random numbers from 0 to 1 (mulberry32).
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/// What it types: what people mean, what they do not, and what nobody should.
const TEXTS = [
  "0", "1", "2", "3", "8", "0.5", "0.01", "60 %", "1,5", " 7 ", "1e-3", "1/3", "4; 64; many",
  "-1", "-0", "1e9", "99999999999999999999", "NaN", "Infinity", "", "   ", "many", "💥", "٣", "<b>x</b>", "__proto__", "conv(", "-relu-",
  "dense(3)-relu-dense(2)", "dense(4)-tanh-dense(1)-sigmoid", "dense(1)", "flatten-dense(2)-softmax",
];

/// Keys that change something where they are pressed, and cannot leave the page.
const KEYS = ["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown", "Escape", "Tab", "Shift+Tab"];

/// Runs in the page: chooses something that can be used, and gets it ready. What saves a file, chooses one or leads
/// elsewhere is left alone.
function choose([which, how, where, kept]) {
  const usable = 'button, a[href^="#/"], select, summary, input:not([type=file]), textarea, [tabindex="0"]';
  const left = '[data-testid^="save-"], [data-testid="csv"], [data-testid="export-progress"], .distress *';
  const all = [...document.querySelectorAll(usable)].filter((e) => !e.disabled && !e.matches(left) && !e.matches(kept) && e.checkVisibility({ visibilityProperty: true }));
  // Each kind of control as often as every other, since there are many links and few selects.
  const kinds = Object.values(Object.groupBy(all, (e) => e.localName + (e.type ?? "") + (e.closest(".top-bar") ? " of the bar" : "")));
  const kind = kinds[Math.floor(which * kinds.length)];
  const element = kind?.[Math.floor(how * kind.length)];
  if (!element) return null;
  const name = element.ariaLabel || element.dataset.testid || element.id || element.textContent.trim().slice(0, 30);
  const said = `${element.localName}${element.type ? `[${element.type}]` : ""} "${name}"`;
  if (element.localName === "select") {
    const options = [...element.options].filter((o) => !o.disabled);
    if (options.length === 0) return { said, done: true };
    element.value = options[Math.floor(where * options.length)].value;
    element.dispatchEvent(new Event("input", { bubbles: true }));
    element.dispatchEvent(new Event("change", { bubbles: true }));
    return { said: `${said} to "${element.value}"`, done: true };
  }
  element.scrollIntoView({ block: "center" });
  const takesText = element.localName === "textarea" || (element.localName === "input" && ["text", "number", "search"].includes(element.type));
  const takesKeys = element.type === "range" || element.matches('[tabindex="0"]');
  if (takesText || takesKeys) {
    element.focus();
    if (takesText && where < 0.8) element.select();
    return { said, takesText, takesKeys };
  }
  const box = element.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const isOnTop = element.contains(document.elementFromPoint(x, y));
  if (!isOnTop) element.click();
  return { said: `${said}${isOnTop ? "" : " from below"}`, x, y, done: !isOnTop };
}

let done = [];
test.beforeEach(() => (done = []));
test.afterEach(({}, info) => {
  if (info.status !== info.expectedStatus) console.log(`seed ${SEED}; the last of ${done.length} actions:\n  ${done.slice(-20).join("\n  ")}`);
});

/// `n` actions that leave `kept` alone, or as many as can be done until the time is over; returns their number.
async function play(page, { place, kept, millis }, n) {
  const next = random(SEED);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const end = Date.now() + millis;
  for (let i = 0; i < n; i++) {
    if (Date.now() > end) return i;
    // It comes back to where it is wanted, from wherever its links have led it.
    const back = next() < 0.2;
    if (i === 0) await goTo(page, place);
    else if (back) await comeBack(page, place);
    const chosen = await page.evaluate(choose, [next(), next(), next(), kept]);
    const [text, key] = [pick(TEXTS), pick(KEYS)];
    if (!chosen) continue;
    if (chosen.done) done.push(chosen.said);
    else if (chosen.takesText) {
      done.push(`${chosen.said} types "${text}"`);
      await page.keyboard.insertText(text);
      // By the focus or by the key, both are ways to say that one has finished.
      await page.keyboard.press(next() < 0.7 ? "Enter" : "Tab");
    } else if (chosen.takesKeys) {
      done.push(`${chosen.said} presses ${key}`);
      await page.keyboard.press(key);
    } else {
      done.push(`${chosen.said} clicked`);
      await page.mouse.click(chosen.x, chosen.y);
    }
  }
  return n;
}

/// Opens a page of Petri without loading it anew.
const goTo = (page, hash) => page.evaluate((hash) => (location.hash = hash), hash);

/// Comes back from elsewhere: to the lab as it was left.
const comeBack = (page, place) =>
  page.evaluate((place) => {
    const [wanted, isThere] = place.startsWith("#/lab") ? [document.querySelector('.top-nav a[href^="#/lab"]').hash, location.hash.startsWith("#/lab")] : [place, location.hash === place];
    if (!isThere) location.hash = wanted;
  }, place);

/// Back at the map, with nothing going on in the background: how much there is.
async function measure(page, cdp) {
  await goTo(page, "#/");
  await expect(page.getByTestId("export-progress")).toBeVisible();
  const background = page.getByTestId("background").getByRole("button");
  if (await background.count()) await background.click();
  await expect(background).toHaveCount(0);
  // What waits to be drawn or to be thrown away gets its turn.
  const isIdle = await page.evaluate(
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() => requestIdleCallback(() => resolve(true)));
        setTimeout(() => resolve(false), 30_000);
      }),
  );
  expect(isIdle, "the page comes to rest").toBe(true);
  for (let i = 0; i < 3; i++) await cdp.send("HeapProfiler.collectGarbage");
  const { metrics } = await cdp.send("Performance.getMetrics");
  const of = (name) => metrics.find((m) => m.name === name).value;
  const wasm = await page.evaluate(() => globalThis.memoryOfPage.buffer.byteLength);
  return { nodes: of("Nodes"), listeners: of("JSEventListeners"), heap: of("JSHeapUsedSize"), wasm };
}

const MB = 1 << 20;
/// How long a round may take.
const millis = 25_000;

for (const { title, place, actions, kept = "#field-engine" } of [
  { title: "the lab, CPU engine", place: "#/lab?v=1&preset=mlp&engine=cpu", actions: 300 },
  // Another preset would be trained on the CPU.
  { title: "the lab, GPU engine", place: "#/lab?v=1&preset=one-neuron&engine=gpu", actions: 60, kept: '#field-engine, [data-testid="preset"]' },
  { title: "the lesson one-neuron", place: "#/lesson/one-neuron", actions: 300 },
  { title: "the lesson house-price", place: "#/lesson/house-price", actions: 300 },
]) {
  test(`a monkey in ${title} breaks nothing, and leaves nothing behind`, async ({ lab, page }) => {
    test.setTimeout(300_000);
    const broken = [];
    page.on("pageerror", (error) => broken.push(`page: ${error}`));
    page.on("console", (message) => {
      if (message.type() === "error" && /panicked|unreachable|RuntimeError|borrow/i.test(message.text())) broken.push(`console: ${message.text().slice(0, 400)}`);
    });
    page.on("filechooser", () => done.push("(the page asked for a file)"));
    await page.addInitScript(() => {
      // A panic of a worker is no error of the page: it tells it.
      globalThis.brokenWorkers = [];
      const Original = globalThis.Worker;
      globalThis.Worker = class extends Original {
        constructor(...parameters) {
          super(...parameters);
          this.addEventListener("message", ({ data: [json] }) => {
            const { type, error } = JSON.parse(json);
            if (type === "failed" && ["worker_crashed", "gpu_lost", "bad_message"].includes(error.code)) globalThis.brokenWorkers.push(json.slice(0, 500));
          });
        }
      };
      const { instantiateStreaming } = WebAssembly;
      WebAssembly.instantiateStreaming = async (...parameters) => {
        const made = await instantiateStreaming.apply(WebAssembly, parameters);
        globalThis.memoryOfPage = made.instance.exports.memory;
        return made;
      };
    });
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Performance.enable");
    await page.goto("/#/");
    await expect(page.getByTestId("export-progress")).toBeVisible();

    const unhurt = async () => {
      const workers = await page.evaluate(() => globalThis.brokenWorkers);
      expect([...broken, ...workers]).toEqual([]);
      await expect(page.locator("#distress")).toHaveCount(0);
    };
    const round = async (n) => {
      const played = await play(page, { place, kept, millis }, n);
      await unhurt();
      // Where it has left things, nothing is being prepared for ever.
      await goTo(page, place);
      await expect(lab.status).not.toHaveText("Getting ready", { timeout: 60_000 });
      return played;
    };
    await goTo(page, place);
    await expect(lab.status).toHaveText(/^Ready/, { timeout: 120_000 });
    const played = await round(actions);
    const before = await measure(page, cdp);
    await round(played);
    const after = await measure(page, cdp);
    console.log(`${title}: ${played} actions twice; ${JSON.stringify(before)} then ${JSON.stringify(after)}`);

    // It still does what it is for.
    await page.goto("about:blank");
    await page.goto("/#/lab?v=1&preset=one-neuron&engine=cpu&training.epochs=1000");
    await expect(lab.status).toHaveText("Ready", { timeout: 60_000 });
    await lab.train.click();
    await lab.reach(5);
    await unhurt();

    expect(played).toBeGreaterThan(actions / 4);
    expect(after.nodes, "elements").toBeLessThanOrEqual(before.nodes + 150);
    expect(after.listeners, "listeners").toBeLessThanOrEqual(before.listeners + 10);
    expect(after.heap, "memory of the scripts").toBeLessThanOrEqual(before.heap + MB);
    expect(after.wasm, "memory of the page's wasm").toBeLessThanOrEqual(before.wasm + 3 * MB);
  });
}
