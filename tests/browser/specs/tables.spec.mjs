// Tables: CSV files of the learner, the built-in table, comparison models, the locked test set.
import { expect, test } from "../lab.mjs";

const rows = (separator, decimal) =>
  Array.from({ length: 80 }, (_, i) => {
    const [a, b] = [Math.sin(i) * 3, Math.cos(1.7 * i) * 2];
    const number = (v) => v.toFixed(3).replace(".", decimal);
    return [number(a), i === 4 ? "n/a" : number(b), number(2 * a - b), a + b > 0 ? "high" : "low"].join(separator);
  }).join("\n");

test("a semicolon table with decimal commas is read, and what is missing is named", async ({ lab, page }) => {
  await lab.open("preset=one-neuron");
  await lab.dropFile("cells.csv", Buffer.from(`size;glow;sum;kind\n${rows(";", ",")}\n`));
  await expect(lab.status).toHaveText(/^Ready/);
  await expect(page.getByTestId("facts")).toContainText("training39");
  await expect(page.getByText('row 6, column "glow"')).toBeVisible();
  await expect(page.getByTestId("target")).toHaveValue("kind");
  await lab.train.click();
  await expect.poll(async () => (await lab.values("accuracy")).validation, { timeout: 60_000 }).toBeGreaterThan(0.8);
  // Another target: a number. Loss and network follow.
  await page.getByTestId("target").selectOption("sum");
  await expect(page.locator("#field-training-loss")).toHaveValue("mean_squared_error");
  await expect(lab.status).toHaveText(/^Ready/);
  await lab.train.click();
  await lab.reach(20);
  await expect(page.getByTestId("readout-error")).toContainText("validation");
});

test("a broken table says where it is broken", async ({ lab }) => {
  await lab.open("preset=one-neuron");
  await lab.dropFile("broken.csv", Buffer.from("a,b\n1,2\n3\n"));
  await expect(lab.notices).toContainText("row 3 has 1 cells, the rows before it have 2");
});

test("four models are compared on the table of nuclei", async ({ lab, page }) => {
  await lab.openLesson("nuclei");
  await expect(page.getByTestId("start-runs")).toHaveText("Start 40 runs");
  await page.getByTestId("start-runs").click();
  await expect(page.getByTestId("series-progress")).toHaveText("40 of 40 runs done", { timeout: 170_000 });
  await expect(page.getByTestId("box-plot").locator("rect")).toHaveCount(4);
  await expect(page.getByTestId("importances").locator("thead th")).toHaveCount(5);
});

test("the test set stays locked until the learner commits, and the run is final then", async ({ lab, page }) => {
  await lab.openLesson("nuclei");
  await lab.loadDish("diagnosis");
  await expect(page.getByTestId("commit")).toBeDisabled();
  await lab.train.click();
  await expect(lab.status).toHaveText(/^Finished/, { timeout: 60_000 });
  await expect(page.getByRole("heading", { name: "Confusion matrix (validation data)" })).toBeVisible();
  await page.getByTestId("commit").click();
  await page.getByTestId("commit-sure").click();
  await expect(page.getByTestId("test-result")).toContainText("accuracy 0.9");
  await expect(page.getByRole("heading", { name: "Confusion matrix (test data)" })).toBeVisible();
  await expect(lab.train).toBeDisabled();
  await page.getByTestId("rewind").click();
  await expect(page.getByTestId("test-result")).toHaveCount(0);
  await expect(lab.train).toBeEnabled();
});

test("the worker itself refuses questions about a locked test set", async ({ lab, page }) => {
  await lab.open("preset=one-neuron");
  await expect(lab.status).toHaveText("Ready");
  await page.evaluate(() => {
    globalThis.answers = [];
    globalThis.startedWorkers.at(-1).addEventListener("message", ({ data }) => globalThis.answers.push(JSON.parse(data[0])));
  });
  const run = await page.evaluate(() => globalThis.sentCommands.findLast((c) => c.type === "start").run);
  await lab.tellWorker({ type: "probe", run, request: 77, probe: { kind: "scores", split: "test" } });
  await expect.poll(() => page.evaluate(() => globalThis.answers.find((a) => a.request === 77)?.type)).toBe("probe_failed");
});
