// A MedMNIST file that is dropped on the page, on both engines.
import { expect, test } from "../lab.mjs";
import { xrays } from "../npz.mjs";

test("the CNN learns dropped X-rays on the CPU engine", async ({ lab, page }) => {
  const { name, bytes, samples } = xrays();
  await lab.open("preset=cnn&data.source=file&engine=cpu&training.epochs=2");
  await lab.dropFile(name, bytes);
  await expect(lab.status).toHaveText("Ready");
  await expect(page.getByTestId("facts")).toContainText(String(samples));
  await lab.train.click();
  await expect(lab.status).toHaveText(/^Finished after epoch 2/, { timeout: 120_000 });
  // The real file: PyTorch reaches 0.92 to 0.94 after one epoch.
  expect((await lab.values("accuracy")).balanced).toBeGreaterThanOrEqual(0.9);
  await expect(page.getByTestId("predictions").locator(".right").first()).toBeVisible();
});

test("the CNN learns dropped X-rays on the GPU engine and its feature maps move", async ({ lab }) => {
  test.setTimeout(300_000);
  const { name, bytes } = xrays();
  await lab.open("preset=cnn&data.source=file&engine=gpu");
  await lab.dropFile(name, bytes);
  await expect(lab.status).toHaveText("Ready", { timeout: 120_000 });
  await expect(lab.engine).toContainText("GPU");
  await lab.train.click();
  await lab.reach(2);
  const maps = await lab.pixels("maps-conv1");
  const first = (await lab.values("loss")).training;
  await lab.reach(30, 200_000);
  expect((await lab.values("loss")).training).toBeLessThan((2 / 3) * first);
  await expect.poll(() => lab.pixels("maps-conv1")).not.toBe(maps);
});
