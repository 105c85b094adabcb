// A MedMNIST file that is dropped on the page, on both engines.
import { expect, test } from "../lab.mjs";
import { IMAGES } from "../npz.mjs";

/// Leaves out a test whose images are not there, and says so.
function needs({ missing }) {
  if (missing) console.log(`skipped: ${missing}`);
  test.skip(missing !== "", missing);
}

for (const images of IMAGES) {
  test(`the CNN learns dropped ${images.title} on the CPU engine`, async ({ lab, page }) => {
    needs(images);
    await lab.open("preset=cnn&data.source=file&engine=cpu&training.epochs=2");
    await lab.dropFile(images.name, images.bytes());
    await expect(lab.status).toHaveText("Ready");
    await expect(page.getByTestId("facts")).toContainText(String(images.samples));
    await lab.train.click();
    await expect(lab.status).toHaveText(/^Finished after epoch 2/, { timeout: 120_000 });
    // The real file: PyTorch reaches 0.92 to 0.94 after one epoch.
    expect((await lab.values("accuracy")).balanced).toBeGreaterThanOrEqual(0.9);
    await expect(page.getByTestId("predictions").locator(".right").first()).toBeVisible();
  });

  test(`the CNN learns dropped ${images.title} on the GPU engine and its feature maps move`, async ({ lab }) => {
    needs(images);
    // A minute on the software GPU: once is enough.
    test.skip(images !== IMAGES[0] && !IMAGES[0].missing, "the X-rays were learned on the GPU engine");
    test.setTimeout(300_000);
    await lab.open("preset=cnn&data.source=file&engine=gpu");
    await lab.dropFile(images.name, images.bytes());
    await expect(lab.status).toHaveText("Ready", { timeout: 120_000 });
    await expect(lab.engine).toContainText("GPU");
    await lab.train.click();
    await lab.reach(2);
    const maps = await lab.pixels("maps-conv1");
    // Within an epoch only the batches move.
    const first = (await lab.values("loss")).batch;
    await lab.reach(30, 200_000);
    expect((await lab.values("loss")).batch).toBeLessThan((2 / 3) * first);
    await expect.poll(() => lab.pixels("maps-conv1")).not.toBe(maps);
  });
}
