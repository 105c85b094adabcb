// The two engines agree: operations, probes, initial weights, loss curves.
import { expect, test } from "../lab.mjs";
import { converse } from "../worker.mjs";

/// The experiment that the page of a link would train.
async function experimentOf(page, link) {
  // Another hash alone would not load the page anew.
  await page.goto("about:blank");
  await page.goto(`/#/lab?v=1&${link}`);
  const start = await page.waitForFunction(() => globalThis.sentCommands.find((command) => command.type === "start"));
  return (await start.jsonValue()).experiment;
}

const decision = (engine) => ({ engine, adapter: null, reason: "a test" });

/// Starts a run, asks some probes, does single steps; returns losses and payloads.
async function run(page, kind, engine, experiment, steps, probes = []) {
  const script = [{ command: { type: "start", run: 1, experiment, decision: decision(engine) }, until: "state" }];
  probes.forEach((probe, i) =>
    script.push({ command: { type: "probe", run: 1, request: i + 1, probe }, until: "probe_answered" }),
  );
  for (let i = 0; i < steps; i++) script.push({ command: { type: "step_once", run: 1 }, until: "state" });
  const events = await page.evaluate(converse, { kind, script, timeoutMillis: 170_000 });
  // Each point is its part, step, epoch, and one value for each column of its message.
  const points = events
    .filter((e) => e.type === "metrics")
    .flatMap((e) => chunk(e.values, 3 + e.columns.length).map((p) => ({ part: p[0], loss: p[3 + e.columns.indexOf("loss")] })));
  return {
    engine: events.find((e) => e.type === "started").decision.engine,
    losses: points.filter((p) => p.part === 0).map((p) => p.loss),
    answers: events.filter((e) => e.type === "probe_answered").map((e) => e.values),
  };
}

const chunk = (values, size) => Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, (i + 1) * size));
const relative = (a, b) => Math.abs(a - b) / Math.max(1e-6, Math.abs(b));

test("every operation, loss and optimizer computes the same on both engines", async ({ lab, page }) => {

  await lab.open("preset=one-neuron");
  const events = await page.evaluate(converse, {
    kind: "gpu",
    script: [{ command: { type: "self_test", request: 1 }, until: "self_tested" }],
    timeoutMillis: 150_000,
  });
  const { results } = events.find((e) => e.type === "self_tested");
  expect(results.length).toBeGreaterThanOrEqual(30);
  expect(results.filter((r) => !r.passed)).toEqual([]);
});

test("the same seed gives the same weights and the same curve on both engines", async ({ lab, page }) => {
  test.setTimeout(400_000);
  const experiment = await experimentOf(page, "preset=mlp&data.n_samples=200");
  expect(lab).toBeTruthy();
  const weights = [{ kind: "weights", nodes: ["dense1", "dense2", "dense3"] }];
  const cpu = await run(page, "cpu", "cpu", experiment, 20, weights);
  const again = await run(page, "cpu", "cpu", experiment, 20, weights);
  expect(again).toEqual(cpu);
  const gpu = await run(page, "gpu", "gpu", experiment, 20, weights);
  expect([cpu.engine, gpu.engine]).toEqual(["cpu", "gpu"]);
  expect(gpu.answers[0]).toEqual(cpu.answers[0]);
  expect(gpu.losses.length).toBe(20);
  for (const [i, loss] of gpu.losses.entries()) {
    expect(relative(loss, cpu.losses[i]), `step ${i + 1}: ${loss} and ${cpu.losses[i]}`).toBeLessThan(1e-3);
  }
});

test("every probe answers the same on both engines", async ({ page, lab }) => {
  test.setTimeout(400_000);
  expect(lab).toBeTruthy();
  const planar = await experimentOf(page, "preset=mlp&data.n_samples=100");
  const cells = await experimentOf(page, "preset=unet-mini&data.n_samples=20");
  const house = await experimentOf(page, "preset=house-price&data.n_samples=60");
  const weight = (index) => ({ node: "dense1", part: "weight", index });
  const surface = { kind: "loss_surface", parameters: [weight(0), weight(5)], extent: 2, centre: [0, 0], resolution: 4 };
  const range = { split: "validation", start: 0, count: 4 };
  const common = [
    { kind: "predictions", range },
    { kind: "samples", range },
    { kind: "confusion", split: "validation" },
  ];
  for (const [experiment, probes] of [
    [planar, [{ kind: "boundary", resolution: 16, x: [-6, 6], y: [-6, 6] }, { kind: "weights", nodes: ["dense1"] }, { kind: "scores", split: "validation" }, ...common]],
    [house, [
      { kind: "backprop", index: 3, check: weight(2) },
      { kind: "gradients", nodes: ["dense1", "dense2"] },
      { kind: "activations", nodes: ["dense1"], range },
      { ...surface, full_batch: true },
      { ...surface, full_batch: false },
      { kind: "scores", split: "validation" },
      { kind: "importance", split: "validation" },
    ]],
    [cells, [{ kind: "feature_maps", nodes: ["conv1", "conv4"], split: "validation", index: 0 }, { kind: "weights", nodes: ["conv1"] }, ...common]],
  ]) {
    const cpu = await run(page, "cpu", "cpu", experiment, 0, probes);
    const gpu = await run(page, "gpu", "gpu", experiment, 0, probes);
    expect(gpu.engine).toBe("gpu");
    expect(gpu.answers.length).toBe(probes.length);
    for (const [i, answer] of gpu.answers.entries()) {
      expect(answer.length, probes[i].kind).toBe(cpu.answers[i].length);
      const worst = Math.max(...answer.map((v, j) => Math.abs(v - cpu.answers[i][j]) / (1 + Math.abs(cpu.answers[i][j]))));
      expect(worst, probes[i].kind).toBeLessThan(1e-3);
    }
  }
});

test("auto measures both engines once, says why, and remembers", async ({ lab, page }) => {
  // The software adapter under another name: auto would not even try it under its own.
  await page.route("**/static/worker.js*", async (route) => {
    const response = await route.fetch();
    const disguise = `
      const info = { vendor: "acme", architecture: "one", device: "", description: "", isFallbackAdapter: false };
      Object.defineProperty(GPUAdapter.prototype, "info", { get: () => info });
    `;
    await route.fulfill({ response, body: disguise + (await response.text()) });
  });
  await lab.open("preset=unet-mini&data.n_samples=40");
  await expect(lab.status).toHaveText("Ready", { timeout: 120_000 });
  await expect(lab.engine).toContainText(/measured here: [\d.]+ ms a step on the GPU, [\d.]+ ms on the CPU/);
  const reason = await lab.engine.innerText();
  const stored = await page.evaluate(() => JSON.parse(localStorage.getItem("petri.calibrations")));
  expect(stored[0].key).toContain("acme one · 4 · conv(8");
  // Another visit decides by the same numbers, without measuring and without the large worker if the CPU won.
  await page.reload();
  await expect(lab.status).toHaveText("Ready", { timeout: 120_000 });
  expect(await lab.engine.innerText()).toBe(reason);
});
