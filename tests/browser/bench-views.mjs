// How much of its speed a run keeps while views are open that ask much: confusion matrix, ROC and feature maps of the
// CNN on the X-rays, on the CPU engine.
import { IMAGES } from "./npz.mjs";

/// Views that are opened: the confusion matrix, the ROC and precision-recall curves, the feature maps.
const VIEWS = ["confusion", "ranking", "feature-maps"];
const ROUNDS = 5;
/// One measurement; both kinds in turn, so that they see the same noise.
const SECONDS = 10;

export async function views(browser, origin) {
  const [images] = IMAGES;
  if (images.missing) return `not measured: ${images.missing}`;
  const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  await page.goto(`${origin}/#/lab?v=1&preset=cnn&data.source=file&engine=cpu&training.epochs=1000`);
  await page.getByTestId("file").setInputFiles({ name: images.name, mimeType: "application/octet-stream", buffer: Buffer.from(images.bytes()) });
  const status = page.getByTestId("status");
  await status.filter({ hasText: /^Ready/ }).waitFor({ timeout: 60_000 });
  await page.getByText("Views and sharing").click();
  const boxes = await page.getByTestId("views").locator("input").all();
  const show = async (wanted) => {
    for (const box of boxes) {
      const id = (await box.getAttribute("data-testid")).replace("view-", "");
      await box.setChecked(wanted.includes(id));
    }
  };
  for (const view of VIEWS) await page.getByTestId(`view-${view}`).waitFor();
  await page.getByLabel("Speed").selectOption("fast");
  await page.getByTestId("train").click();
  await status.filter({ hasText: /epoch [1-9]/i }).waitFor({ timeout: 120_000 });
  const step = async () => Number(await status.getAttribute("data-step"));
  const rates = { closed: [], open: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [kind, wanted] of [["closed", []], ["open", VIEWS]]) {
      await show(wanted);
      await page.waitForTimeout(1000);
      const [start, before] = [performance.now(), await step()];
      await page.waitForTimeout(SECONDS * 1000);
      rates[kind].push((await step() - before) / ((performance.now() - start) / 1000));
    }
  }
  await page.close();
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const [closed, open] = [median(rates.closed), median(rates.open)];
  const all = (values) => values.map((value) => value.toFixed(1)).join(" ");
  return `${images.title}, CNN on the CPU engine: ${closed.toFixed(1)} steps a second with all views closed (${all(rates.closed)}), ` +
    `${open.toFixed(1)} with confusion matrix, ROC and feature maps open (${all(rates.open)}): ${((100 * open) / closed).toFixed(0)} %`;
}
