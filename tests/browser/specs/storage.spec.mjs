// A browser that forbids all storage, as in a sandboxed frame, or has no room left: everything works for this visit.
import { expect, test } from "../lab.mjs";

/// Asking for any storage throws.
const forbidden = () => {
  globalThis.askedFor = [];
  for (const name of ["localStorage", "sessionStorage", "indexedDB", "caches"]) {
    Object.defineProperty(globalThis, name, {
      get() {
        globalThis.askedFor.push(name);
        throw new DOMException(`Failed to read '${name}': the document is sandboxed.`, "SecurityError");
      },
    });
  }
};

/// The storages are there, but nothing can be done with them.
const useless = () => {
  globalThis.askedFor = [];
  const refuse = (of, name, what) => {
    of.prototype[name] = function () {
      globalThis.askedFor.push(what);
      throw new DOMException("There is no room left.", "QuotaExceededError");
    };
  };
  for (const name of ["getItem", "setItem", "removeItem"]) refuse(Storage, name, "localStorage");
  refuse(IDBFactory, "open", "indexedDB");
};

for (const [name, spoil] of [["throws when it is asked for", forbidden], ["throws when it is used", useless]]) {
  test(`storage that ${name}: the page starts, trains, and complains about nothing`, async ({ lab, page }) => {
    const wrong = [];
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
    await page.addInitScript(spoil);

    await page.goto("/#/");
    await expect(page.getByTestId("export-progress")).toBeVisible();
    const colours = page.getByLabel("Colours");
    await colours.selectOption("dark");
    await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");

    // An answer is kept as long as the page lives.
    await page.getByRole("link", { name: "Start with one neuron" }).click();
    await expect(lab.status).toHaveText(/^Ready/, { timeout: 60_000 });
    await page.getByTestId("question-bias").locator("input").nth(1).check();
    await page.getByTestId("question-bias").getByTestId("check").click();
    await expect(page.getByTestId("question-bias").getByTestId("feedback")).toContainText("Right");
    await page.getByRole("link", { name: "Course", exact: true }).first().click();
    await expect(page.getByTestId("state-one-neuron")).toHaveText(/^1 of/);

    // A run in the lab, and several that would be stored.
    await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Lab" }).click();
    await expect(lab.status).toHaveText("Ready", { timeout: 60_000 });
    await lab.train.click();
    await lab.reach(20);
    await lab.planRuns(2);
    await page.getByTestId("start-runs").click();
    await expect(page.getByTestId("series-progress")).toHaveText("2 of 2 runs done", { timeout: 60_000 });
    await expect(page.getByTestId("box-plot").locator("circle")).toHaveCount(2);
    await expect(lab.notices.locator(".notice")).toHaveCount(0);
    await expect(page.locator(".notice-error")).toHaveCount(0);
    expect(wrong).toEqual([]);

    // The page did try: otherwise this test says nothing.
    const asked = await page.evaluate(() => [...new Set(globalThis.askedFor)]);
    expect(asked).toEqual(expect.arrayContaining(["localStorage", "indexedDB"]));
  });
}
