// The views of the first chapter show what they say, and react.
import { readFile } from "node:fs/promises";
import { expect, test } from "../lab.mjs";

test("weights are set by hand before training, and the boundary follows", async ({ lab, page }) => {
  await lab.openLesson("one-neuron");
  await lab.speed("fast");
  const before = await lab.pixels("boundary");
  await page.getByTestId("weight-choice").selectOption({ label: "dense1: weights" });
  await page.getByTestId("weight-value").fill("-2.5");
  await page.getByTestId("weight-value").press("Enter");
  await expect(lab.status).toHaveText(/^Ready/);
  await expect(page.getByTestId("weight-value")).toHaveValue("-2.5000");
  await expect.poll(() => lab.pixels("boundary")).not.toBe(before);
  await lab.train.click();
  await lab.reach(3);
  await expect(page.getByTestId("weight-value")).toBeDisabled();
});

test("a far too large learning rate is named", async ({ lab, page }) => {
  await lab.openLesson("one-neuron");
  await lab.loadDish("too-large");
  await lab.train.click();
  await expect(lab.status).toContainText("jumps about", { timeout: 60_000 });
  await lab.loadDish("too-small");
  await lab.train.click();
  await expect(lab.status).toContainText("hardly moved", { timeout: 60_000 });
});

test("the loss surface stays with the full batch and moves with mini-batches", async ({ lab, page }) => {
  await lab.openLesson("descent");
  await expect(page.getByTestId("surface-readout")).toContainText("Loss of 128 samples");
  const whole = await lab.pixels("surface");
  for (const step of [1, 2]) {
    await page.getByTestId("step").click();
    await lab.reach(step);
  }
  await expect(page.getByTestId("surface-readout")).toContainText("Now at");
  expect(await lab.pixels("surface")).toBe(whole);
  await lab.loadDish("mini");
  await page.getByTestId("surface-batch").check();
  await expect(page.getByTestId("surface-readout")).toContainText("Loss of 4 samples");
  await page.getByTestId("step").click();
  await lab.reach(1);
  const first = await lab.pixels("surface");
  await page.getByTestId("step").click();
  await lab.reach(2);
  await expect.poll(() => lab.pixels("surface")).not.toBe(first);
});

test("the threshold moves matrix, numbers and curves at once", async ({ lab, page }) => {
  await lab.openLesson("imbalance");
  await lab.loadDish("rare");
  await lab.train.click();
  await expect(lab.status).toHaveText(/^Finished/, { timeout: 60_000 });
  const sensitivity = async () => Number(await page.getByTestId("metric-sensitivity").innerText());
  await expect.poll(sensitivity).toBeGreaterThan(0);
  const [before, found] = [await sensitivity(), await page.getByTestId("confusion-1-1").innerText()];
  const point = await page.getByTestId("roc").locator("circle").getAttribute("cy");
  await page.getByTestId("threshold").fill("0.05");
  await expect.poll(sensitivity).toBeGreaterThan(before);
  expect(await page.getByTestId("confusion-1-1").innerText()).not.toBe(found);
  expect(await page.getByTestId("roc").locator("circle").getAttribute("cy")).not.toBe(point);
});

test("back-propagation is walked step by step, and a gradient agrees with its check", async ({ lab, page }) => {
  await lab.openLesson("house-price");
  await lab.loadDish("dense");
  const step = page.getByTestId("backprop-step");
  await expect(step).toContainText("The sample");
  const titles = ["Forward: dense1", "Forward: leakyrelu1", "Forward: dense2", "The loss", "Back: dense2", "Back: leakyrelu1", "Back: dense1"];
  for (const title of titles) {
    await page.getByTestId("backprop-next").click();
    await expect(step).toContainText(title);
  }
  await expect(page.getByTestId("backprop-next")).toBeDisabled();
  await page.getByTestId("check-choice").selectOption({ label: "dense2: weights" });
  await expect
    .poll(async () => {
      const [a, b] = [...(await page.getByTestId("gradient-check").innerText()).matchAll(/-?\d+\.\d+/g)].map(Number);
      return Math.abs(a - b) / (1 + Math.abs(b));
    })
    .toBeLessThan(2e-3);
});

test("activations, histograms and importances are drawn", async ({ lab, page }) => {
  await lab.open("preset=house-price&engine=cpu");
  await page.getByText("Views and sharing").click();
  for (const view of ["activations", "histograms", "importance"]) await page.getByTestId(`view-${view}`).check();
  await expect(page.getByTestId("activations").locator("path.working-points")).toHaveAttribute("d", /M/);
  await expect(page.getByTestId("histograms").locator("path.bar-soft").first()).toHaveAttribute("d", /M/);
  await expect(page.getByTestId("importance").locator("tr")).toHaveCount(4);
});

test("inputs stand before and after scaling, and a drawing is saved as a file", async ({ lab, page }) => {
  await lab.open("preset=house-price&engine=cpu");
  await page.getByText("Views and sharing").click();
  await page.getByTestId("view-inputs").check();
  const after = page.getByTestId("inputs-after");
  await expect(after).toHaveAttribute("aria-label", /area: mean -?0(\.0\d*)?, standard deviation 1[,;.]/);
  await expect(page.getByTestId("inputs-before")).not.toHaveAttribute("aria-label", /area: mean 0,/);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByTestId("save-inputs-after").click()]);
  expect(file.suggestedFilename()).toBe("petri-inputs-after.svg");
  const text = await readFile(await file.path(), "utf8");
  expect(text).toContain("fill:rgb(");
  expect(text).toMatch(/<text [^>]*>area: /);
});

test("no sample at all leaves the page alive", async ({ lab, page }) => {
  await lab.open("preset=house-price&engine=cpu");
  await page.getByText("Views and sharing").click();
  for (const view of ["backprop", "inputs", "neurons"]) await page.getByTestId(`view-${view}`).check();
  await page.getByLabel("Samples").fill("0");
  await page.getByLabel("Samples").press("Enter");
  await page.getByTestId("backprop-sample").fill("5");
  await page.getByTestId("backprop-sample").press("Enter");
  await expect(page.getByTestId("backprop-sample")).toHaveValue("1");
});

test("a table's points fill the plane, which has the names of its features", async ({ lab, page }) => {
  await lab.open("preset=nuclei&engine=cpu&data.features=[%22mean%20radius%22,%22mean%20area%22]");
  const plane = page.getByTestId("plane");
  await expect(plane).toContainText("mean radius");
  await expect(plane).toContainText("mean area");
  await expect(plane.locator("path.point-0")).toHaveAttribute("d", /M/);
});

test("early stopping ends the run and says which epoch is back", async ({ lab }) => {
  await lab.open("preset=mlp&engine=cpu&data.source=clusters&data.noise=1&training.patience=3&training.epochs=500");
  await lab.train.click();
  await expect(lab.status).toHaveText(/^Stopped early after epoch [\d.]+: the weights of epoch \d+ are back/, { timeout: 60_000 });
});
