// Everybody can use it: axe-core on every page, and a lesson by keyboard alone.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "../lab.mjs";

/// No serious or critical finding on the page as it is.
async function scan(page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations
    .filter((v) => ["serious", "critical"].includes(v.impact))
    .map((v) => `${where}: ${v.id} (${v.impact}): ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(" | ")}`);
  expect(found).toEqual([]);
}

const LESSONS = [
  "one-neuron",
  "matrices-are-not-enough",
  "parabola",
  "descent",
  "mini-batch",
  "imbalance",
  "overfitting",
  "house-price",
  "nuclei",
];

for (const theme of ["light", "dark"]) {
  test(`no page has a serious finding of axe, ${theme}`, async ({ lab, page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await page.goto("/#/");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await scan(page, "map");
    for (const id of LESSONS) {
      await lab.openLesson(id);
      await scan(page, id);
    }
    for (const preset of ["one-neuron", "house-price", "nuclei", "unet-mini"]) {
      await page.goto("about:blank");
      await lab.open(`preset=${preset}&engine=cpu&data.n_samples=40`);
      await expect(lab.status).toHaveText(/^Ready/, { timeout: 60_000 });
      await page.getByText("Views and sharing").click();
      for (const box of await page.getByTestId("views").locator("input").all()) await box.check();
      await page.getByTestId("step").click();
      await lab.reach(1);
      await scan(page, `lab ${preset}`);
    }
  });
}

for (const [where, width, theme] of [
  ["at 390 px", 390, "light"],
  ["in the projector's colours", 1366, "projector"],
]) {
  test(`no page has a serious finding of axe, ${where}`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto("/#/");
    await expect(page.getByTestId("export-progress")).toBeVisible();
    await page.getByLabel("Colours").selectOption(theme);
    await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
    await scan(page, `map ${where}`);
    await lab.openLesson("house-price");
    await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
    await scan(page, `house-price ${where}`);
    await page.goto("about:blank");
    await lab.open("preset=house-price&engine=cpu&data.n_samples=40");
    await expect(lab.status).toHaveText(/^Ready/, { timeout: 60_000 });
    await page.getByText("Views and sharing").click();
    for (const box of await page.getByTestId("views").locator("input").all()) await box.check();
    await page.getByTestId("step").click();
    await lab.reach(1);
    await scan(page, `lab ${where}`);
  });
}

/// Presses Tab until the focus is on an element that matches.
async function tabTo(page, selector) {
  for (let i = 0; i < 150; i++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector)) return;
  }
  throw new Error(`Tab never reached ${selector}`);
}

test("a lesson is finished by keyboard alone", async ({ lab, page }) => {
  await page.goto("/#/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await tabTo(page, 'a[href="#/lesson/one-neuron"]');
  await page.keyboard.press("Enter");
  await expect(lab.status).toHaveText(/^Ready/, { timeout: 60_000 });

  await tabTo(page, '[data-testid="question-why-half"] input');
  await page.keyboard.type("0.5");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("question-why-half").getByTestId("feedback")).toContainText("Right");

  await tabTo(page, '[data-testid="question-signs"] input');
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("question-signs").getByTestId("feedback")).toContainText("Right");

  await tabTo(page, '[data-testid="question-bias"] input');
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("question-bias").getByTestId("feedback")).toContainText("Right");

  await tabTo(page, '[data-testid="question-validation"] input');
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("question-validation").getByTestId("feedback")).toContainText("Right");

  await tabTo(page, '[data-testid="dish-too-small"] button');
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("dish-too-small")).toHaveClass(/dish-active/);
  await tabTo(page, "#learning-rate");
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type("0.3");
  await page.keyboard.press("Enter");
  await expect(lab.status).toHaveText(/^Ready/, { timeout: 60_000 });
  await tabTo(page, '[data-testid="train"]');
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("challenge-separate")).toHaveClass(/challenge-done/, { timeout: 90_000 });
  await expect(page.getByRole("status").filter({ hasText: "Challenge done" })).toHaveCount(1);
  await page.goto("/#/");
  await expect(page.getByTestId("state-one-neuron")).toHaveText("✓ done");
});
