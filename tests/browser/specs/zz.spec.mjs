import { test, expect } from "/work/main/tests/browser/lab.mjs";
test("cancel", async ({ lab, page }) => {
  await lab.open("preset=mlp&engine=cpu&training.epochs=30");
  await lab.planRuns(40);
  await page.getByTestId("start-runs").click();
  await expect(page.getByTestId("series-progress")).toHaveText(/^[2-9] of 40/, { timeout: 60_000 });
  await page.getByTestId("cancel-runs").click();
  await expect(page.getByTestId("cancel-runs")).toHaveCount(0);
  await page.waitForTimeout(1500);
  console.log(await page.getByTestId("series-progress").innerText(), await page.getByTestId("box-plot").locator("circle").count(), await page.getByTestId("box-plot").evaluate(e=>e.outerHTML));
});
test("export", async ({ lab, page }) => {
  page.on("console", m => console.log("C", m.text()));
  page.on("pageerror", m => console.log("E", m));
  await lab.openLesson("one-neuron");
  await page.getByTestId("question-bias").locator("input").nth(1).check().catch(e=>console.log("no", e.message));
  await page.goto("/#/");
  await page.waitForTimeout(2000);
  await page.evaluate(() => { const o = HTMLAnchorElement.prototype.click; HTMLAnchorElement.prototype.click = function() { console.log("clicked", this.href, this.download, this.isConnected); return o.call(this); }; });
  page.on("download", d => console.log("D", d.suggestedFilename()));
  await page.getByTestId("export-progress").click();
  await page.waitForTimeout(2000);
  console.log(page.url());
  await page.screenshot({path:"/tmp/log/export.png"});
});
