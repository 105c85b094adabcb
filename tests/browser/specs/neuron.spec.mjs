// One neuron on two clusters, from the link to the curves, on both engines.
import { expect, test } from "../lab.mjs";

test("one neuron learns on the CPU engine while chart and boundary move", async ({ lab, page }) => {
  await lab.open("preset=one-neuron&engine=cpu&training.epochs=50");
  await expect(lab.status).toHaveText("Ready");
  await expect.poll(() => lab.colours("boundary")).toBeGreaterThan(1);
  // Slowly, so that there are two moments to compare.
  await page.getByLabel("Speed").selectOption("30");
  await lab.train.click();
  await lab.reach(5);
  const [boundary, curve] = [await lab.pixels("boundary"), await lab.curve("loss")];
  await lab.reach(30);
  await expect.poll(() => lab.pixels("boundary")).not.toBe(boundary);
  expect(await lab.curve("loss")).not.toBe(curve);
  await page.getByLabel("Speed").selectOption("fast");
  await expect(lab.status).toHaveText(/^Finished after epoch 50/);
  expect((await lab.values("accuracy")).validation).toBeGreaterThanOrEqual(0.95);
  await expect(lab.engine).toContainText("CPU");
});

test("one neuron learns on the GPU engine when the link asks for it", async ({ lab }) => {
  await lab.open("preset=one-neuron&engine=gpu&training.learning_rate=0.3");
  await expect(lab.status).toHaveText("Ready", { timeout: 120_000 });
  await expect(lab.engine).toContainText("GPU");
  const boundary = await lab.pixels("boundary");
  await lab.train.click();
  await lab.reach(1);
  const first = await lab.values("loss");
  await lab.reach(28);
  await expect.poll(async () => (await lab.values("loss")).validation).toBeLessThan(0.8 * first.validation);
  await expect.poll(() => lab.pixels("boundary")).not.toBe(boundary);
});

test("pause, one step and rewind do what they say", async ({ lab, page }) => {
  await lab.open("preset=mlp&engine=cpu");
  await expect(lab.status).toHaveText("Ready");
  await page.getByTestId("step").click();
  await expect.poll(() => lab.step()).toBe(1);
  const first = await lab.values("loss");
  await lab.train.click();
  await lab.reach(40);
  await lab.train.click();
  await expect(lab.status).toHaveText(/^Paused/);
  const paused = await lab.step();
  await page.waitForTimeout(500);
  expect(await lab.step()).toBe(paused);
  await page.getByTestId("rewind").click();
  await expect.poll(() => lab.step()).toBe(0);
  await expect(lab.status).toHaveText("Ready");
  await page.getByTestId("step").click();
  await expect.poll(() => lab.step()).toBe(1);
  // The same start gives the same first step.
  expect(await lab.values("loss")).toEqual(first);
});
