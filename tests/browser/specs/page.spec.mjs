// The page itself: security policy, responsiveness, keyboard, links, problems.
import { expect, test } from "../lab.mjs";
import { archive, members } from "../npz.mjs";

test("the Content-Security-Policy allows neither inline code nor eval", async ({ lab, page }) => {
  await lab.open("preset=one-neuron");
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe-inline");
  expect(policy).not.toMatch(/(?<!wasm-)unsafe-eval/);
  // It is enforced, not only written.
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.injected = true";
    document.body.append(script);
    return globalThis.injected === true;
  });
  expect(ran).toBe(false);
  await expect.poll(() => lab.refused.length).toBe(1);
  lab.refused.length = 0;
});

test("the main thread stays free while the GPU worker trains the CNN", async ({ lab, page }) => {
  test.setTimeout(300_000);
  await lab.open("preset=cnn&data.source=file&engine=gpu");
  await lab.dropFile("squares.npz", archive(members()));
  await expect(lab.status).toHaveText("Ready", { timeout: 120_000 });
  await lab.train.click();
  await lab.reach(2);
  const longest = await lab.longestTask(async () => lab.reach(14, 120_000));
  expect(longest).toBeLessThan(50);
});

test("the curves are read by keyboard and as a table", async ({ lab, page }) => {
  await lab.open("preset=one-neuron&engine=cpu&training.epochs=20");
  await lab.train.click();
  await expect(lab.status).toHaveText(/^Finished/);
  const readout = page.getByTestId("readout-loss");
  const newest = await readout.innerText();
  await page.getByTestId("chart-loss").focus();
  await page.keyboard.press("Home");
  await expect(readout).toContainText("epoch 0");
  await page.keyboard.press("End");
  await expect(readout).toHaveText(newest);
  await page.getByText("Table of values").first().click();
  await expect(page.locator(".chart").first().locator("tbody tr")).toHaveCount(21);
});

test("a link carries what was changed, and the page reads it back", async ({ lab, page }) => {
  await lab.open("preset=mlp");
  await page.getByLabel("Batch size").fill("16");
  await page.getByLabel("Batch size").press("Enter");
  await page.getByLabel("Optimizer").selectOption("sgd");
  await expect.poll(() => page.url()).toContain("training.batch_size=16");
  const url = page.url();
  expect(url).toContain("training.optimizer.kind=sgd");
  await page.goto("about:blank");
  await page.goto(url);
  await expect(page.getByLabel("Batch size")).toHaveValue("16");
  await expect(page.getByLabel("Optimizer")).toHaveValue("sgd");
});

test("parts of a link that are not understood are named", async ({ lab, page }) => {
  await page.goto("/#/lab?v=1&preset=mlp&data.nois=0.3&views=bondary,loss");
  await expect(lab.notices).toContainText("not understood");
  await page.getByText("Details").click();
  await expect(lab.notices).toContainText('unknown setting "data.nois"');
  await expect(lab.notices).toContainText('unknown view "bondary"');
  await expect(page.getByTestId("chart-loss")).toBeVisible();
  await expect(page.getByTestId("chart-accuracy")).toHaveCount(0);
});

// The browser itself reads JSON and numbers there; natively others do, which the unit tests try.
test("numbers of a link are read alike in the browser and natively", async ({ lab, page }) => {
  const deep = "[".repeat(200) + "]".repeat(200);
  const given = {
    "training.learning_rate": ["1e999", "NaN", "0x10", " ", "1e-2"],
    seed: ["9007199254740993", "-0", "1.5", "4294967296", "7"],
    "data.noise": [".5", "5.", "-1e-3", "1_0", "0.25"],
    journal: [deep, "{", "[]"],
  };
  const skipped = {
    "training.learning_rate": ["1e999", "NaN", "0x10", " "],
    seed: ["9007199254740993", "-0", "1.5", "4294967296"],
    "data.noise": [".5", "5.", "1_0"],
    journal: [deep, "{"],
  };
  for (const [key, values] of Object.entries(given)) {
    for (const value of values) {
      await page.goto("about:blank");
      await page.goto(`/#/lab?v=1&preset=one-neuron&engine=cpu&${key}=${encodeURIComponent(value)}`);
      await expect(lab.train).toBeVisible();
      const isSkipped = skipped[key].includes(value);
      await expect(lab.notices.getByText("not understood"), `${key}=${value.slice(0, 20)}`).toHaveCount(isSkipped ? 1 : 0);
    }
  }
});

test("a problem stands beside the setting that caused it, and Train waits", async ({ lab, page }) => {
  await lab.open("preset=mlp&engine=cpu");
  await expect(lab.status).toHaveText("Ready");
  await page.getByLabel("units of dense3").fill("3");
  await page.getByLabel("units of dense3").press("Enter");
  await expect(page.locator("#problem-network-dense3")).toContainText("the output is 3, this data and loss need 2");
  await expect(lab.train).toBeDisabled();
  await page.getByRole("button", { name: "Add a layer behind dense3" }).click();
  await page.getByLabel("Operation", { exact: true }).selectOption({ label: "Dense" });
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByLabel("units of dense4").fill("2");
  await page.getByLabel("units of dense4").press("Enter");
  await expect(page.locator(".problem")).toHaveCount(0);
  await expect(lab.train).toBeEnabled();
  await page.getByLabel("Remove dense4").click();
  await expect(page.locator("#problem-network-dense3")).not.toBeEmpty();
});

test("by keyboard, arrows choose an operation, only Add adds it, and the focus stays", async ({ lab, page }) => {
  await lab.open("preset=mlp&engine=cpu");
  const rows = page.locator(".network tbody tr");
  await expect(rows).toHaveCount(6);
  const add = page.getByRole("button", { name: "Add a layer behind dense3" });
  await add.focus();
  await page.keyboard.press("Enter");
  const menu = page.getByLabel("Operation", { exact: true });
  await expect(menu).toBeFocused();
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowDown");
  await expect(rows).toHaveCount(6);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(rows).toHaveCount(7);
  await expect(add).toBeFocused();
});

test("numbers are understood as people type them, and a setting explains itself", async ({ lab, page }) => {
  await lab.open("preset=mlp&engine=cpu");
  const noise = page.locator("#field-data-noise-typed");
  await noise.fill("60 %");
  await noise.press("Enter");
  await expect(noise).toHaveValue("0.6");
  await noise.fill("many");
  await noise.press("Enter");
  await expect(page.locator(".field", { has: noise }).locator(".problem")).toContainText("is no number");
  const help = page.getByRole("button", { name: "What is this: Batch size" });
  await help.focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("#help-training-batch_size")).toContainText("before the weights change");
  await expect(help).toHaveAttribute("aria-expanded", "true");
  await page.keyboard.press("Escape");
  await expect(help).toHaveAttribute("aria-expanded", "false");
});

test("an address that leads nowhere says so above the map", async ({ page }) => {
  await page.goto("/#/nope");
  await expect(page.getByTestId("no-page")).toBeVisible();
  await page.getByRole("link", { name: "Course", exact: true }).click();
  await expect(page.getByTestId("no-page")).toHaveCount(0);
});

test("a file of another kind is refused by its name", async ({ lab }) => {
  await lab.open("preset=mlp&engine=cpu");
  await lab.dropFile("cell.png", Buffer.from("no table"));
  await expect(lab.notices).toContainText("cell.png is an image. Petri reads MedMNIST files (.npz) and tables");
});

/// Remembers the loss of every training step that a worker tells of, by its step, exactly as it was computed.
async function rememberLosses(page) {
  await page.addInitScript(() => {
    globalThis.losses = {};
    const Original = globalThis.Worker;
    globalThis.Worker = class extends Original {
      constructor(...parameters) {
        super(...parameters);
        this.addEventListener("message", ({ data: [json, buffer] }) => {
          const { type, columns } = JSON.parse(json);
          if (type !== "metrics") return;
          const [values, length] = [new Float32Array(buffer), 3 + columns.length];
          for (let i = 0; i < values.length; i += length) {
            // Part 0 is the training data.
            if (values[i] === 0) globalThis.losses[values[i + 1]] = values[i + 3 + columns.indexOf("loss")];
          }
        });
      }
    };
  });
  return async (link, steps) => {
    await page.goto("about:blank");
    await page.goto(link);
    await page.getByTestId("train").click();
    await expect.poll(() => page.evaluate(() => Object.keys(globalThis.losses).length), { timeout: 60_000 }).toBeGreaterThanOrEqual(steps);
    return page.evaluate((steps) => Array.from({ length: steps }, (_, i) => globalThis.losses[i + 1]), steps);
  };
}

test("the learning rate changes while the run goes on, and the address repeats the changed run", async ({ lab, page }) => {
  const lossesOf = await rememberLosses(page);
  const link = "/#/lab?v=1&preset=mlp&engine=cpu&training.epochs=100000";
  await page.goto(link);
  await lab.train.click();
  await lab.reach(30);
  const rate = page.locator("#learning-rate");
  await rate.fill("0.5");
  await rate.press("Enter");
  await expect.poll(() => page.url()).toContain("journal=");
  const changed = page.url();
  const journal = JSON.parse(new URLSearchParams(new URL(changed).hash.split("?")[1]).get("journal"));
  expect(journal).toEqual([{ step: expect.any(Number), key: "training.learning_rate", value: 0.5 }]);
  const [{ step }] = journal;
  expect(step).toBeGreaterThanOrEqual(30);
  // It goes on with the new value, and does not begin anew.
  const n = step + 20;
  await lab.reach(n);
  await expect(lab.status).toHaveText(/^Training/);
  const losses = await page.evaluate((n) => Array.from({ length: n }, (_, i) => globalThis.losses[i + 1]), n);

  // The same seed without the change: equal up to it. The loss of a step is that of the weights before it, so that of
  // the first step with the new rate is equal as well.
  const unchanged = await lossesOf(link, n);
  expect(losses.slice(0, step + 1)).toEqual(unchanged.slice(0, step + 1));
  for (let i = step + 1; i < n; i++) expect(losses[i], `step ${i + 1}`).not.toBe(unchanged[i]);
  // And the address holds all of it.
  expect(await lossesOf(changed, n)).toEqual(losses);
});

test("a slider that is dragged and let go, back or elsewhere, shows what is used, and goes with its page", async ({ lab, page }) => {
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await lab.open("preset=mlp&engine=cpu");
  const slider = page.getByLabel("Learning rate, logarithmic");
  const rate = page.locator("#learning-rate");
  const before = await rate.inputValue();
  await slider.scrollIntoViewIfNeeded();
  const { x, y, width, height } = await slider.boundingBox();
  const [min, max, now] = await slider.evaluate((input) => [input.min, input.max, input.value].map(Number));
  const thumb = x + 8 + ((now - min) / (max - min)) * (width - 16);
  const drag = async (...ways) => {
    await page.mouse.move(thumb, y + height / 2);
    await page.mouse.down();
    for (const way of ways) await page.mouse.move(thumb + way, y + height / 2, { steps: 4 });
    await page.mouse.up();
  };
  await drag(60, 0);
  await expect(rate).toHaveValue(before);
  // It is not stuck there: a typed number is shown by both.
  await rate.fill("0.5");
  await rate.press("Enter");
  await expect.poll(() => slider.inputValue().then(Number)).toBeCloseTo(Math.log10(0.5), 0);
  await drag(60);
  await expect(rate).not.toHaveValue("0.5");
  // The slider has the focus now, and loses it with its page.
  await page.goto("/#/lesson/one-neuron");
  await expect(page.getByTestId("dish")).toBeVisible();
  expect(errors).toEqual([]);
});

test("only what is needed is loaded", async ({ lab, page }) => {
  const seen = [];
  page.context().on("request", (request) => seen.push(new URL(request.url()).pathname));
  await lab.open("preset=one-neuron");
  await expect(lab.status).toHaveText("Ready");
  expect(seen.some((path) => path.includes("cpu-worker_bg.wasm"))).toBe(true);
  expect(seen.filter((path) => path.includes("gpu-worker"))).toEqual([]);
});
