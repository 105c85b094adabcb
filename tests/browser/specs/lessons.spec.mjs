// Every lesson: it opens, its dish trains, right and wrong answers are told apart, its challenge ticks.
import { expect, test } from "../lab.mjs";

/// A question with a wrong and a right answer, and what it takes to meet the challenge.
const LESSONS = [
  { id: "one-neuron", question: ["bias", 0, 1], challenge: "separate", dish: "too-small", settings: { "learning-rate": "0.3" } },
  {
    id: "matrices-are-not-enough",
    question: ["depth", 1, 0],
    challenge: "bend",
    dish: "linear",
    settings: { network: "dense(8)-relu-dense(8)-relu-dense(1)-sigmoid" },
  },
  {
    id: "parabola",
    question: ["dead", 1, 0],
    challenge: "small",
    dish: "large",
    settings: { network: "dense(6)-tanh-dense(1)-sigmoid", "learning-rate": "0.03" },
  },
  { id: "descent", question: ["uphill", 1, 0], challenge: "arrive", dish: "full", select: { "training-optimizer-kind": "adam" }, settings: { "learning-rate": "0.3" } },
  { id: "mini-batch", question: ["steps", "32", "8"], challenge: "large-batch", dish: "whole", settings: { "learning-rate": "2" } },
  { id: "imbalance", question: ["which", 1, 0], challenge: "find", dish: "rare", select: { "training-class_weights": "balanced" } },
  {
    id: "overfitting",
    question: ["sign", 0, 1],
    challenge: "close",
    dish: "memorise",
    select: { "training-optimizer-kind": "adam_w" },
    settings: { "training-weight_decay": "3" },
  },
  { id: "house-price", question: ["compare", 1, 0], challenge: "sell", dish: "dense", settings: { network: "dense(16)-leakyrelu-dense(1)", seed: "2" } },
  { id: "nuclei", question: ["metrics", 1, 0], challenge: "screen", dish: "diagnosis", settings: { network: "dense(1)-sigmoid" }, threshold: "0.1" },
];

async function answer(page, id, value) {
  const question = page.getByTestId(`question-${id}`);
  if (typeof value === "number") await question.locator("input").nth(value).check();
  else await question.getByTestId("answer").fill(value);
  await question.getByTestId("check").click();
  return question.getByTestId("feedback");
}

for (const lesson of LESSONS) {
  test(`the lesson ${lesson.id} opens, trains, judges answers and ticks its challenge`, async ({ lab, page }) => {
    await lab.openLesson(lesson.id);
    await expect(page.getByTestId("lesson-problems")).toHaveCount(0);
    const [id, wrong, right] = lesson.question;
    await expect(await answer(page, id, wrong)).toContainText("Not yet");
    await expect(await answer(page, id, right)).toContainText("Right");

    await lab.loadDish(lesson.dish);
    for (const [field, value] of Object.entries(lesson.select ?? {})) await page.locator(`#field-${field}`).selectOption(value);
    for (const [field, value] of Object.entries(lesson.settings ?? {})) {
      const input = page.locator(field === "learning-rate" ? "#learning-rate" : `#field-${field}`);
      if (field === "network") await page.getByText("As text").click();
      await input.fill(value);
      await input.press("Enter");
    }
    await expect(lab.status).toHaveText(/^Ready/);
    const challenge = page.getByTestId(`challenge-${lesson.challenge}`);
    await expect(challenge).not.toHaveClass(/challenge-done/);
    await lab.speed("fast");
    await lab.train.click();
    await lab.reach(5);
    if (lesson.threshold) {
      await expect(lab.status).toHaveText(/^Finished/, { timeout: 60_000 });
      await page.getByTestId("threshold").fill(lesson.threshold);
    }
    await expect(challenge).toHaveClass(/challenge-done/, { timeout: 60_000 });

    // Both survive a reload, and the map shows them.
    await page.reload();
    await expect(page.getByTestId(`challenge-${lesson.challenge}`)).toHaveClass(/challenge-done/);
    await expect(page.getByTestId(`question-${id}`).getByTestId("feedback")).toContainText("Right");
    await page.goto("/#/");
    await expect(page.getByTestId(`state-${lesson.id}`)).toHaveText(/^2 of \d/);
  });
}

test("progress is exported as a file and cleared", async ({ lab, page }) => {
  await lab.openLesson("one-neuron");
  await answer(page, "bias", 1);
  await page.goto("/#/");
  await expect(page.getByTestId("state-one-neuron")).toHaveText(/^1 of/);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByTestId("export-progress").click()]);
  expect(file.suggestedFilename()).toBe("petri-progress.json");
  const stream = await file.createReadStream();
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  expect(JSON.parse(Buffer.concat(chunks).toString()).lessons["one-neuron"].answers.bias.is_right).toBe(true);
  await page.getByTestId("clear-progress").click();
  await page.getByTestId("clear-sure").click();
  await expect(page.getByTestId("state-one-neuron")).toHaveText("");
  await page.reload();
  await expect(page.getByTestId("state-one-neuron")).toHaveText("");
});

const FRONT = "---\ntitle: A guest\nsummary: From elsewhere.\nchapter: Guests\norder: 1\nminutes: 5\n---\n\n";

/// Serves a lesson from an address that is not Petri's.
async function guest(lab, page, body, headers = { "Access-Control-Allow-Origin": "*" }) {
  const address = "https://lessons.example/guest.md";
  lab.allowed.push("https://lessons.example/");
  await page.route(address, (route) => route.fulfill({ body, headers, contentType: "text/markdown" }));
  await page.goto("about:blank");
  await page.goto(`/#/lesson/guest?from=${encodeURIComponent(address)}`);
}

test("a lesson from another address says whose it is and keeps to itself", async ({ lab, page }) => {
  const dish = "```dish\nid: a\npreset: one-neuron\nviews: boundary, loss\ncontrols: seed\n```\n\n";
  const question = "```question\nid: bias\nkind: single\ntext: Which?\n- [x] this :: yes\n- [ ] that :: no\n```\n";
  await guest(lab, page, `${FRONT}Hello $x^2$.\n\n${dish}${question}`);
  await expect(page.getByTestId("lesson-origin")).toContainText("https://lessons.example/guest.md");
  await expect(lab.status).toHaveText(/^Ready/);
  await expect(page.locator("math msup")).toHaveCount(1);
  await answer(page, "bias", 0);
  // The answer is kept under the address, apart from Petri's own lessons.
  const keys = await page.evaluate(() => Object.keys(JSON.parse(localStorage.getItem("petri.progress")).lessons));
  expect(keys).toEqual(["guest from https://lessons.example/guest.md"]);
});

test("a lesson with mistakes names them by line and shows the rest", async ({ lab, page }) => {
  const dish = (views) => "```dish\nid: a\npreset: one-neuron\nviews: " + views + "\n```\n\n";
  await guest(lab, page, `${FRONT}Good prose.\n\n${dish("bondary")}`);
  await expect(page.getByTestId("lesson-problems")).toContainText('guest.md, line 14: unknown view "bondary"; did you mean "boundary"?');
  await expect(page.getByText("Good prose.")).toBeVisible();
});

test("a lesson with scripts in it runs nothing", async ({ lab, page }) => {
  const evil = [
    "<script>globalThis.ran = 1</script>",
    '<img src="x" onerror="globalThis.ran = 2">',
    "[press](javascript:globalThis.ran=3)",
    "Inline <b onclick='globalThis.ran = 4'>html</b>.",
    '<iframe srcdoc="<script>parent.ran = 5</script>"></iframe>',
  ].join("\n\n");
  await guest(lab, page, `${FRONT}${evil}\n\nThe end.`);
  await expect(page.getByTestId("lesson-problems")).toContainText("HTML is not shown in lessons");
  await expect(page.getByText("The end.")).toBeVisible();
  const main = page.locator("main");
  for (const tag of ["script", "img", "iframe", "b[onclick]", 'a[href^="javascript"]']) await expect(main.locator(tag)).toHaveCount(0);
  expect(await page.evaluate(() => globalThis.ran)).toBeUndefined();
});

test("a lesson that cannot be loaded says why", async ({ lab, page }) => {
  lab.allowed.push("https://lessons.example/");
  await page.route("https://lessons.example/**", (route) => route.abort());
  await page.goto(`/#/lesson/guest?from=${encodeURIComponent("https://lessons.example/guest.md")}`);
  await expect(page.getByTestId("lesson-failed")).toContainText("allow other pages");
  await page.goto("/#/lesson/no-such-lesson");
  await expect(page.getByTestId("lesson-failed")).toContainText('no lesson "no-such-lesson"');
});

test("a dish opens in the lab, and the lab's experiment is copied as a dish", async ({ lab, page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await lab.openLesson("one-neuron");
  await lab.loadDish("too-large");
  await page.getByTestId("open-in-lab").click();
  await expect(page.getByTestId("preset")).toHaveValue("one-neuron");
  await expect(page.locator("#learning-rate")).toHaveValue("30");
  await page.getByText("Views and sharing").click();
  await page.getByTestId("copy-dish").click();
  const dish = await page.evaluate(() => navigator.clipboard.readText());
  expect(dish).toContain("```dish\n");
  expect(dish).toContain("training.learning_rate: 30");
  // What was copied is a lesson's block as it is.
  await guest(lab, page, `${FRONT}${dish}`);
  await expect(page.getByTestId("dish")).toBeVisible();
  await expect(page.getByTestId("lesson-problems")).toHaveCount(0);
});

test("one neuron from a cold cache loads the page, the small worker and the lesson", async ({ lab, page }) => {
  const seen = [];
  page.context().on("request", (request) => seen.push(new URL(request.url()).pathname));
  await lab.openLesson("one-neuron");
  await lab.speed("fast");
  await lab.train.click();
  await expect(lab.status).toHaveText(/^Finished/);
  const known = [/^\/$/, /^\/[a-z]+-[0-9a-f]+\.css$/, /^\/petri-app-[0-9a-f]+(_bg\.wasm|\.js)$/, /^\/static\/(start\.js|worker\.js|icon\.svg)$/, /^\/lessons\/one-neuron\.json$/, /^\/cpu-worker(_bg\.wasm|\.js)$/];
  expect(seen.filter((path) => !known.some((pattern) => pattern.test(path)))).toEqual([]);
  expect(seen.some((path) => path.includes("cpu-worker_bg.wasm"))).toBe(true);
  // No parser, and nothing of other lessons.
  expect(seen.filter((path) => path.includes("lesson-worker") || path.endsWith(".md"))).toEqual([]);
  // Only when it is wanted.
  const wanted = page.waitForRequest((request) => request.url().includes("gpu-worker_bg.wasm"));
  await page.goto("/#/lab?v=1&preset=one-neuron&engine=gpu");
  await wanted;
});

test("the map shows before the app runs, and the app goes on with it", async ({ page }) => {
  let run = () => {};
  const held = new Promise((resolve) => (run = resolve));
  await page.route(/petri-app-.*\.wasm/, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/#/", { waitUntil: "commit" });
  const cards = page.locator(".lesson-card");
  await expect(cards.first()).toBeVisible();
  const titles = await cards.locator(".lesson-title").allInnerTexts();
  expect(titles.length).toBeGreaterThanOrEqual(9);
  await expect(page.getByTestId("export-progress")).toHaveCount(0);
  // The focus on a link of it survives.
  await cards.nth(1).locator("a").focus();
  run();
  await expect(page.getByTestId("export-progress")).toBeVisible();
  await expect(cards.nth(1).locator("a")).toBeFocused();
  await expect(page.locator("main")).toHaveCount(1);
  await expect(page.locator("header.top-bar")).toHaveCount(1);
  expect(await cards.locator(".lesson-title").allInnerTexts()).toEqual(titles);
  // It is there again after a lesson.
  await cards.first().locator("a").click();
  await expect(page.getByTestId("dish")).toBeVisible();
  await expect(cards).toHaveCount(0);
  await page.goto("/#/");
  await expect(cards).toHaveCount(titles.length);
});

test("the map needs no JavaScript, and whoever comes for a lesson does not see it", async ({ browser, baseURL }) => {
  const plain = await browser.newPage({ javaScriptEnabled: false });
  await plain.goto(baseURL);
  await expect(plain.locator('.lesson-card a[href="#/lesson/one-neuron"]')).toBeVisible();
  await expect(plain.getByText("needs JavaScript")).toBeVisible();
  await plain.close();
  const waiting = await browser.newPage();
  await waiting.route(/petri-app-.*\.wasm/, () => {});
  await waiting.goto(`${baseURL}/#/lesson/one-neuron`, { waitUntil: "commit" });
  await expect(waiting.getByText("Loading …")).toBeVisible();
  await expect(waiting.locator(".lesson-card").first()).toBeHidden();
  await waiting.close();
});

test("a lesson that takes too long to read, or has no reader, is given up", async ({ lab, page }) => {
  await page.route(/lesson-worker_bg\.wasm/, (route) => route.abort());
  await guest(lab, page, `${FRONT}Text.`);
  await expect(page.getByTestId("lesson-failed")).toContainText("could not be read");
});
