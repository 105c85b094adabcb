// Several runs: queue, progress, cancel, box plot, CSV, storage; and the page stays quick meanwhile.
import { expect, test } from "../lab.mjs";

/// Number of runs in the browser's storage.
const storedRuns = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open("petri");
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const count = request.result.transaction("runs").objectStore("runs").count();
          count.onsuccess = () => {
            request.result.close();
            resolve(count.result);
          };
        };
      }),
  );

test("several runs make a box plot, survive a reload, and are saved as CSV", async ({ lab, page }) => {
  await lab.openLesson("parabola");
  await lab.loadDish("functions");
  await expect(page.getByTestId("start-runs")).toHaveText("Start 15 runs");
  await page.getByTestId("start-runs").click();
  await expect(page.getByTestId("series-progress")).toHaveText("15 of 15 runs done", { timeout: 120_000 });
  const plot = page.getByTestId("box-plot");
  await expect(plot.locator("circle")).toHaveCount(15);
  await expect(plot.locator("rect")).toHaveCount(3);
  await expect(page.getByTestId("overlay").locator("path.run-line")).toHaveCount(15);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByTestId("csv").click()]);
  expect(file.suggestedFilename()).toBe("petri-runs.csv");
  const chunks = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk);
  const lines = Buffer.concat(chunks).toString().trim().split("\n");
  expect(lines.length).toBe(16);
  expect(lines[0]).toMatch(/^label,model,seed,end,.*val_loss.*,link$/);
  expect(lines.filter((l) => l.startsWith("tanh,network,")).length).toBe(5);

  await expect.poll(() => storedRuns(page)).toBe(15);
  await page.reload();
  await lab.loadDish("functions");
  await expect(page.getByTestId("box-plot").locator("circle")).toHaveCount(15);
  await page.getByTestId("forget-runs").click();
  await expect(page.getByTestId("box-plot")).toHaveCount(0);
  await expect.poll(() => storedRuns(page)).toBe(0);
  await page.reload();
  await lab.loadDish("functions");
  await expect(page.getByTestId("box-plot")).toHaveCount(0);
});

test("a series is cancelled, and what is done is kept", async ({ lab, page }) => {
  await lab.open("preset=mlp&engine=cpu&training.epochs=30");
  await lab.planRuns(40);
  await page.getByTestId("start-runs").click();
  await expect(page.getByTestId("series-progress")).toHaveText(/^[2-9] of 40/, { timeout: 60_000 });
  await page.getByTestId("cancel-runs").click();
  await expect(page.getByTestId("cancel-runs")).toHaveCount(0);
  // A run that ended at the very moment still counts, in the text as in the picture.
  const done = async () => Number((await page.getByTestId("series-progress").innerText()).split(" ")[0]);
  await expect.poll(async () => (await page.getByTestId("box-plot").locator("circle").count()) - (await done())).toBe(0);
  expect(await done()).toBeLessThan(40);
  // The interactive run still works.
  await lab.train.click();
  await lab.reach(10);
});

test("the values of a setting are compared in the lab", async ({ lab, page }) => {
  await lab.open("preset=one-neuron&engine=cpu&training.epochs=10");
  await lab.planRuns(2);
  await page.getByTestId("vary").selectOption("training.batch_size");
  await page.getByTestId("vary-values").fill("4; 64; many");
  await page.getByTestId("vary-values").press("Enter");
  await expect(page.locator(".runs .problem")).toContainText("\"many\" is no number");
  await page.getByTestId("start-runs").click();
  await expect(page.getByTestId("series-progress")).toHaveText("4 of 4 runs done", { timeout: 60_000 });
  await expect(page.getByTestId("box-plot").locator("rect")).toHaveCount(2);
});

test("boundary and charts keep the main thread free while ten runs are queued", async ({ lab, page }) => {
  await lab.open("preset=mlp&engine=cpu&training.epochs=1000");
  await lab.planRuns(10);
  await lab.train.click();
  await page.getByTestId("start-runs").click();
  await lab.reach(50);
  const longest = await lab.longestTask(async () => lab.reach((await lab.step()) + 1500));
  await expect(page.getByTestId("series-progress")).toContainText("of 10 runs done");
  expect(longest).toBeLessThan(50);
});
