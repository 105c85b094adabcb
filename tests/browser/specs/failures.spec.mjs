// What can break: the worker, the GPU, files. The page says what happened and goes on.
import { expect, test } from "../lab.mjs";
import { archive, members, npy } from "../npz.mjs";

test("a worker that dies in a run leaves the chart, and training goes on without a reload", async ({ lab }) => {
  await lab.open("preset=mlp&engine=cpu");
  await lab.train.click();
  await lab.reach(50);
  await lab.tellWorker({ type: "panic" });
  await expect(lab.notices).toContainText("stopped unexpectedly");
  await expect(lab.notices).toContainText("Press Train");
  expect((await lab.curve("loss")).length).toBeGreaterThan(50);
  await expect(lab.status).toHaveText("Ready");
  expect((await lab.curve("loss")).length).toBeGreaterThan(50);
  await lab.train.click();
  await lab.reach(20);
  await expect(lab.status).toHaveText(/^(Training|Finished)/);
});

test("a lost GPU falls back to the CPU, says so, and the run goes on from its last epoch", async ({ lab }) => {
  await lab.open("preset=one-neuron&engine=gpu");
  await expect(lab.status).toHaveText("Ready", { timeout: 120_000 });
  await lab.train.click();
  // Past the first epoch of seven steps, whose state is then known to the page.
  await lab.reach(20);
  const before = await lab.step();
  await lab.tellWorker({ type: "lose_device" });
  await expect(lab.notices).toContainText("GPU", { timeout: 60_000 });
  await expect(lab.engine).toContainText("CPU", { timeout: 60_000 });
  await expect(lab.engine).toContainText("the GPU stopped working");
  // Nobody presses Train.
  await lab.reach(before + 30);
  const commands = await lab.page.evaluate(() => globalThis.sentCommands.filter((c) => c.type === "start"));
  const { from } = commands.at(-1);
  expect(Number(from.numbers.step)).toBeGreaterThanOrEqual(before - 14);
  expect(from.parts.map((part) => part.name)).toContain("optimizer.dense1.weight.exp_avg");
});

test("a browser without WebGPU trains on the CPU and says so", async ({ lab, page }) => {
  // The worker asks the navigator of its own scope: there is none to ask.
  await page.route("**/static/worker.js*", async (route) => {
    const response = await route.fetch();
    const body = `Object.defineProperty(navigator, "gpu", { value: undefined });\n${await response.text()}`;
    await route.fulfill({ response, body });
  });
  await lab.open("preset=one-neuron&engine=gpu");
  await expect(lab.status).toHaveText("Ready");
  await expect(lab.engine).toContainText("this browser offers no WebGPU adapter");
  await lab.train.click();
  await lab.reach(20);
});

test("a GPU that cannot start falls back to the CPU and says so", async ({ lab, page }) => {
  // The adapter is there when it is described, and gone when burn asks for it.
  await page.route("**/static/worker.js*", async (route) => {
    const response = await route.fetch();
    const trick = `
      const gpu = navigator.gpu, ask = gpu.requestAdapter.bind(gpu);
      let asked = 0;
      gpu.requestAdapter = (...p) => (asked++ === 0 ? ask(...p) : Promise.resolve(null));
    `;
    await route.fulfill({ response, body: trick + (await response.text()) });
  });
  await lab.open("preset=one-neuron&engine=gpu");
  await expect(lab.engine).toContainText("CPU", { timeout: 60_000 });
  await expect(lab.notices).toContainText("GPU");
  await lab.train.click();
  await lab.reach(20);
});

test("bad files each say what is wrong, and the run goes on", async ({ lab }) => {
  await lab.open("preset=mlp&engine=cpu&training.epochs=100000");
  await lab.train.click();
  await lab.reach(10);
  const valid = members();
  const labels = (...values) => npy("|u1", [values.length, 1], values);
  const without = { ...valid };
  delete without["val_labels.npy"];
  const cases = [
    [Buffer.from("hello, this is no archive"), "not a .npz file"],
    [archive(valid).subarray(0, 20_000), "incomplete"],
    [archive(without), "val_labels.npy is missing"],
    [archive({ ...valid, "train_images.npy": npy("<f4", [1, 2, 2], new Uint8Array(16)) }), "element type <f4"],
    [archive({ ...valid, "train_images.npy": npy("|u1", [1, 2, 2], new Uint8Array(4), true) }), "Fortran order"],
    [archive({ ...valid, "val_labels.npy": labels(0, 1, 1) }), "60 images but 3 labels"],
    [archive({ ...valid, "test_labels.npy": labels(...new Array(59).fill(0), 9) }), "label 9 is outside the 2 classes"],
    [archive({ ...valid, "val_images.npy": npy("|u1", [0, 28, 28], []), "val_labels.npy": npy("|u1", [0, 1], []) }), "validation split is empty"],
    [archive({ ...valid, "train_images.npy": npy("|u1", [1 << 21, 28, 28], []) }), "more than the 1610 MB"],
  ];
  let before = await lab.step();
  for (const [bytes, message] of cases) {
    await lab.dropFile("own.npz", bytes);
    await expect(lab.notices).toContainText(message);
    await lab.reach(before + 1);
    before = await lab.step();
    await expect(lab.status).toHaveText(/^Training/);
  }
});

/// The next element that the page makes cannot be made: its own code panics, as a fault in it would.
const spoilNextElement = (page) =>
  page.evaluate(() => {
    const spoiled = [[Document.prototype, "createElement"], [Node.prototype, "cloneNode"]];
    const restore = spoiled.map(([of, name]) => [of, name, of[name]]);
    for (const [of, name] of spoiled) {
      of[name] = () => {
        for (const [of, name, original] of restore) of[name] = original;
        throw new Error("no more elements");
      };
    }
  });

for (const place of ["the lab", "a lesson"]) {
  test(`a page that fails in ${place} says so, and its experiment is there after loading it again`, async ({ lab, page }) => {
    const crashes = [];
    page.on("pageerror", (error) => crashes.push(String(error)));
    if (place === "the lab") await lab.open("preset=one-neuron&engine=cpu");
    else await lab.openLesson("one-neuron");
    await expect(lab.status).toHaveText(/^Ready/);
    const rate = page.locator("#learning-rate");
    await rate.fill("0.37");
    await rate.press("Enter");
    await expect(lab.status).toHaveText(/^Ready/);
    await lab.train.click();
    await lab.reach(10);
    const distress = page.locator("#distress");
    await expect(distress).toHaveCount(0);

    await spoilNextElement(page);
    // A panel, and the judgement of an answer, are made of new elements.
    if (place === "the lab") {
      await page.getByText("Views and sharing").click();
      await page.getByTestId("view-runs").check();
    } else {
      await page.getByTestId("question-bias").locator("input").nth(1).check();
      await page.getByTestId("question-bias").getByTestId("check").click();
    }
    await expect(distress).toContainText("no longer answers. Your experiment is kept.");
    await expect(distress).toHaveAttribute("role", "alert");
    // Also for those who have scrolled down; what comes after is of interest even if it is not seen.
    await expect.soft(distress).toBeInViewport({ timeout: 5_000 });
    expect(crashes.length).toBeGreaterThan(0);

    await distress.getByRole("button", { name: "Load the page again" }).click();
    await expect(distress).toHaveCount(0);
    await expect(lab.status).toHaveText(/^Ready/, { timeout: 60_000 });
    await expect(lab.notices).toContainText("after a failure. Your experiment is as it was.");
    await expect(rate).toHaveValue("0.37");
    await lab.train.click();
    await lab.reach(5);
    // It is said once.
    await page.reload();
    await expect(lab.status).toHaveText(/^Ready/, { timeout: 60_000 });
    await expect(lab.notices).not.toContainText("after a failure");
  });
}

for (const engine of ["cpu", "gpu"]) {
  test(`the ${engine} worker compiles while it loads, from the browser's own response`, async ({ lab, page }) => {
    // Browsers keep what they have compiled from a response of theirs, not from one that a script has made.
    await page.route("**/static/worker.js*", async (route) => {
      const response = await route.fetch();
      const watch = `
        globalThis.fetched = [];
        globalThis.streamed = [];
        const { fetch: ask } = globalThis;
        globalThis.fetch = async (...p) => {
          const response = await ask(...p);
          globalThis.fetched.push(response);
          return response;
        };
        for (const name of ["compileStreaming", "instantiateStreaming"]) {
          const original = WebAssembly[name];
          WebAssembly[name] = async (source, ...rest) => {
            const given = await source;
            const seen = { name, url: given.url, type: given.type, isOriginal: globalThis.fetched.includes(given), works: false };
            globalThis.streamed.push(seen);
            const made = await original.call(WebAssembly, given, ...rest);
            seen.works = true;
            return made;
          };
        }
      `;
      await route.fulfill({ response, body: watch + (await response.text()) });
    });
    const started = page.waitForEvent("worker", (worker) => worker.url().includes(`kind=${engine}`));
    await lab.open(`preset=one-neuron&engine=${engine}`);
    const worker = await started;
    await expect(lab.status).toHaveText("Ready", { timeout: 120_000 });
    const streamed = await worker.evaluate(() => globalThis.streamed);
    expect(streamed).toEqual([
      {
        name: "instantiateStreaming",
        url: expect.stringMatching(new RegExp(`/${engine}-worker_bg\\.wasm\\?v=`)),
        type: "basic",
        isOriginal: true,
        works: true,
      },
    ]);
  });
}
