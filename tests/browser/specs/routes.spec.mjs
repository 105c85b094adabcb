// Where the learner is: the title of the tab and the focus follow the page, for those who do not see it change.
import { expect, test } from "../lab.mjs";

const MAP = "Petri: grow a neural network";
const LAB = "The lab · Petri";
const LESSON = "One neuron · Petri";

/// What has the focus, in words.
const focused = (page) =>
  page.evaluate(() => {
    const { tagName, id, textContent } = document.activeElement ?? document.body;
    return id ? `#${id}` : `${tagName.toLowerCase()} ${textContent.trim().slice(0, 40)}`.trim();
  });

/// The page has this title, its heading is there, and the focus is at its beginning.
async function arrived(page, title, heading) {
  await expect(page).toHaveTitle(title);
  await expect(page.getByRole("heading", { level: 1, name: heading })).toHaveCount(1);
  await expect(page.locator("main")).toHaveCount(1);
  await expect(page.locator("main")).toBeFocused();
}

test("title and focus go along with the pages, forward and back", async ({ lab, page }) => {
  expect(lab).toBeTruthy();
  await page.goto("/#/");
  await expect(page.getByTestId("export-progress")).toBeVisible();
  await expect(page).toHaveTitle(MAP);
  // The first page leaves the focus to the browser.
  expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);

  await page.getByRole("link", { name: "Start with one neuron" }).click();
  await arrived(page, LESSON, "One neuron");
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Lab" }).click();
  await arrived(page, LAB, "The lab");
  await page.goBack();
  await arrived(page, LESSON, "One neuron");
  await page.goBack();
  await arrived(page, MAP, "Grow a neural network");
  await page.goForward();
  await arrived(page, LESSON, "One neuron");

  // From one lesson to the next it is another page too.
  await page.getByRole("navigation", { name: "Lessons" }).getByRole("link", { name: /^Next/ }).click();
  await expect(page).toHaveTitle(/ · Petri$/);
  await expect(page).not.toHaveTitle(LESSON);
  await expect(page.locator("main")).toBeFocused();
});

test("a lesson that is not there has a title too, and the next page takes the focus", async ({ lab, page }) => {
  expect(lab).toBeTruthy();
  await page.goto("/#/lesson/no-such-lesson");
  await expect(page.getByTestId("lesson-failed")).toBeVisible();
  await expect(page).toHaveTitle("Lesson not found · Petri");
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Course" }).click();
  await arrived(page, MAP, "Grow a neural network");
});

test("what changes the lab's link leaves title and focus alone", async ({ lab, page }) => {
  await lab.open("preset=mlp&engine=cpu");
  const batch = page.getByLabel("Batch size");
  await batch.fill("16");
  await batch.press("Enter");
  await expect.poll(() => page.url()).toContain("training.batch_size=16");
  await expect(batch).toBeFocused();
  await expect(page).toHaveTitle(LAB);
  await page.getByTestId("preset").focus();
  await page.getByTestId("preset").selectOption("one-neuron");
  await expect.poll(() => page.url()).toContain("preset=one-neuron");
  await expect(page.getByTestId("preset")).toBeFocused();
});

test("the link to the content moves the focus and not the page", async ({ lab, page }) => {
  await lab.openLesson("one-neuron");
  await page.keyboard.press("Tab");
  await expect(page.locator("a.skip")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toBeFocused();
  expect(page.url()).toContain("#/lesson/one-neuron");
});

for (const [width, where] of [[1366, "beside the text"], [390, "below"]]) {
  test(`whoever loads a dish keeps the focus where it was, ${where}`, async ({ lab, page }) => {
    await page.setViewportSize({ width, height: 900 });
    await lab.openLesson("one-neuron");
    const card = page.getByTestId("dish-too-large");
    const button = card.getByRole("button");
    await expect(button).toHaveText("Load this dish");
    await button.focus();
    await page.keyboard.press("Enter");
    await expect(card).toHaveClass(/dish-active/);
    await expect(button).toHaveText(`It is open ${where}`);
    await expect(lab.status).toHaveText(/^Ready/, { timeout: 60_000 });
    await expect(button).toBeFocused();
    // It says that it does nothing now, and does nothing.
    await expect(button).toHaveAttribute("aria-disabled", "true");
    await page.keyboard.press("Enter");
    await expect(button).toBeFocused();
    // A challenge loads its dish as well, and keeps the focus in itself or hands it to the dish.
    const challenge = page.getByTestId("challenge-separate");
    await challenge.getByRole("button").focus();
    await page.keyboard.press("Enter");
    await expect(page.getByTestId("dish-too-small")).toHaveClass(/dish-active/);
    await expect(lab.status).toHaveText(/^Ready/, { timeout: 60_000 });
    const isSensible = await page.evaluate(() => document.activeElement?.closest('[data-testid="challenge-separate"], [data-testid="dish"]') !== null);
    expect(isSensible, `the focus is on ${await focused(page)}`).toBe(true);
  });
}
