// The two engines agree: operations, probes, initial weights, loss curves.
import { expect, test } from "../lab.mjs";
import { archive, manyToValidate } from "../npz.mjs";
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
  return {
    engine: events.find((e) => e.type === "started").decision.engine,
    losses: pointsOf(events).filter((p) => p.part === 0).map((p) => p.loss),
    answers: events.filter((e) => e.type === "probe_answered").map((e) => e.values),
  };
}

const chunk = (values, size) => Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, (i + 1) * size));

/// The points of the curves. Each is its part, step, epoch, and one value for each column of its message, which is NaN
/// where the point has none.
const pointsOf = (events) =>
  events
    .filter((e) => e.type === "metrics")
    .flatMap((e) =>
      chunk(e.values, 3 + e.columns.length).map(([part, step, epoch, ...values]) => {
        const measured = e.columns.map((name, i) => [name, values[i]]).filter(([, value]) => !Number.isNaN(value));
        return { part, step, epoch, ...Object.fromEntries(measured) };
      }),
    );

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

/// Everything that a state has to hold: convolutions, running statistics, moments of Adam; and dropout, whose masks
/// follow from the step. Four steps are an epoch. No bias in front of the batch normalisation: its gradient is rounding
/// noise, which Adam blows up to whole steps.
const RESTORED =
  "preset=cnn&engine=cpu&data.n_samples=240&training.optimizer.kind=adam&" +
  "network=conv(8)-relu-maxpool(2)-conv(8,bias=no)-batchnorm-relu-maxpool(2)-flatten-dense(16)-relu-dropout(0.3)-dense(2)";

for (const { engine, before, after } of [
  { engine: "cpu", before: 6, after: 8 },
  { engine: "gpu", before: 3, after: 3 },
]) {
  test(`a CNN that is saved goes on in another worker as if nothing had happened, ${engine}`, async ({ lab, page }) => {
    expect(lab).toBeTruthy();
    const experiment = await experimentOf(page, RESTORED);
    expect(experiment.network.nodes.map((n) => n.op.kind)).toEqual(expect.arrayContaining(["batch_norm", "dropout"]));
    const start = { type: "start", run: 1, experiment, decision: decision(engine) };
    const steps = (n) => ({ times: n, script: [{ command: { type: "step_once", run: 1 }, until: "state" }] });
    const script = [
      { command: start, until: "state" },
      steps(before),
      { command: { type: "save", run: 1, request: 1 }, until: "checkpoint" },
      steps(after),
      { restart: true },
      { command: start, fromSaved: true, until: "state" },
      steps(after),
    ];
    const events = await page.evaluate(converse, { kind: engine, script, timeoutMillis: 170_000 });
    const started = events.filter((e) => e.type === "started");
    expect(started.map((e) => e.decision.engine)).toEqual([engine, engine]);
    const saved = events.find((e) => e.type === "checkpoint" && e.request === 1);
    expect(saved.step).toBe(before);
    expect(saved.state.parts.map((part) => part.name)).toEqual(expect.arrayContaining(["optimizer.conv1.weight.exp_avg_sq", "batchnorm1.running_var"]));

    const again = events.indexOf(started[1]);
    const restored = pointsOf(events.slice(again));
    const straight = pointsOf(events.slice(0, again)).filter((p) => p.step > before);
    const training = (points) => points.filter((p) => p.part === 0);
    expect(training(restored).map((p) => p.step)).toEqual(Array.from({ length: after }, (_, i) => before + 1 + i));
    // Bit for bit on the CPU, with every metric of the validation too.
    if (engine === "cpu") expect(restored).toEqual(straight);
    for (const [i, point] of training(restored).entries()) {
      const { loss } = training(straight)[i];
      expect(relative(point.loss, loss), `step ${point.step}: ${point.loss} and ${loss}`).toBeLessThan(1e-4);
    }
    // The losses of the steps differ: a network that learns nothing would pass as well.
    expect(new Set(training(restored).map((p) => p.loss)).size).toBe(after);
  });
}

test("a GPU that computes what it should is not refused for the noise of a bias in front of a batch normalisation", async ({ lab, page }) => {
  expect(lab).toBeTruthy();
  const network = "conv(8)-relu-maxpool(2)-conv(8)-batchnorm-relu-maxpool(2)-flatten-dense(16)-relu-dense(2)";
  const experiment = await experimentOf(page, `preset=cnn&engine=cpu&data.n_samples=240&training.optimizer.kind=adam&network=${network}`);
  const script = [{ command: { type: "start", run: 1, experiment, decision: decision("gpu") }, until: ["started", "failed"] }];
  const events = await page.evaluate(converse, { kind: "gpu", script, timeoutMillis: 170_000 });
  expect(events.find((e) => e.type === "failed")?.error.message).toBeUndefined();
  expect(events.find((e) => e.type === "started").decision.engine).toBe("gpu");
});

for (const engine of ["cpu", "gpu"]) {
  test(`a run that is replaced in the middle of its work leaves the next one alone, ${engine}`, async ({ lab, page }) => {
    expect(lab).toBeTruthy();
    const experiment = await experimentOf(page, "preset=mlp&engine=cpu&data.n_samples=200");
    const start = (run) => ({ command: { type: "start", run, experiment, decision: decision(engine) }, until: "started" });
    const script = [];
    for (let run = 1; run <= 6; run++) {
      // A step of the first one compiles the shaders.
      script.push(start(run), { command: { type: "step_once", run }, until: "state" }, { command: { type: "resume", run }, until: "metrics" });
    }
    script.push({ command: { type: "pause", run: 6 }, until: "state" });
    const events = await page.evaluate(converse, { kind: engine, script, timeoutMillis: 170_000 });
    expect(events.filter((e) => e.type === "started").map((e) => e.decision.engine)).toEqual(new Array(6).fill(engine));
    expect(events.filter((e) => e.type === "failed")).toEqual([]);
  });
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/// How long each command of a kind, of those that were sent before event `end`, waited for the event that answers it,
/// in milliseconds.
function waits(events, command, isAnswer, end = events.length) {
  return events.flatMap((sent, i) => {
    if (i >= end || sent.type !== "sent" || sent.command !== command) return [];
    return [events.slice(i).find(isAnswer).at - sent.at];
  });
}

// The CNN on the CPU, where a batch of the validation takes longest; on the software GPU the smallest network there is,
// since 10,000 images of the CNN take minutes there.
for (const { engine, network } of [
  { engine: "cpu", network: "" },
  { engine: "gpu", network: "&network=flatten-dense(2)" },
]) {
  /// Prepares the worker with the file and a run; `script` goes on with run 1 and this member of a series.
  const prepared = async (lab, page, script) => {
    const bytes = archive(manyToValidate(10_000));
    await lab.open(`preset=cnn&data.source=file&engine=cpu${network}`);
    await lab.dropFile("many.npz", bytes);
    const found = await page.waitForFunction(() => globalThis.sentCommands.find((command) => command.type === "start"));
    const { experiment } = await found.jsonValue();
    const begin = [
      { command: { type: "open_file", request: 1 }, file: { name: "many.npz", base64: bytes.toString("base64") }, until: "file_read" },
      { command: { type: "start", run: 1, experiment, decision: decision(engine) }, until: "state" },
    ];
    const member = { label: "one", experiment, model: "network" };
    const events = await page.evaluate(converse, { kind: engine, script: [...begin, ...script(member)], timeoutMillis: 170_000 });
    const { info, decision: chosen } = events.find((e) => e.type === "started");
    expect([info.sizes.validation, chosen.engine]).toEqual([10_000, engine]);
    return events;
  };

  test(`a pause is answered within 200 ms while 10,000 images are validated, ${engine}`, async ({ lab, page }) => {
    const events = await prepared(lab, page, () => [
      // The first that a run does is to look at the validation data.
      { command: { type: "resume", run: 1 }, until: "state" },
      { wait: 300 },
      {
        times: 6,
        script: [
          { command: { type: "pause", run: 1 }, until: "state" },
          { command: { type: "resume", run: 1 }, until: "state" },
          { wait: 70 },
        ],
      },
      { until: "metrics" },
    ]);
    // Only those count that were sent before the first validation was done: no point of it was there, nor of a step.
    const first = events.findIndex((e) => e.type === "metrics");
    expect(first, "the validation ends").toBeGreaterThan(0);
    // The first of them warms up.
    const pauses = waits(events, "pause", (e) => e.type === "state" && e.state.kind === "paused", first).slice(1);
    console.log(`${engine}: pauses answered in ${pauses.map((t) => t.toFixed(0))} ms`);
    expect(median(pauses), `pauses ${pauses}`).toBeLessThan(200);
    expect(pauses.length, "pauses during the validation").toBe(5);
  });

  test(`a series is cancelled within 500 ms while 10,000 images are validated, and the next one works, ${engine}`, async ({ lab, page }) => {
    const events = await prepared(lab, page, (member) => [
      {
        times: 6,
        script: [
          { command: { type: "start_series", series: 1, members: [member, member], on_gpu: engine === "gpu" } },
          { wait: 400 },
          { command: { type: "cancel_series", series: 1 }, until: "series_ended" },
        ],
      },
      // And now one whose first epoch is waited for.
      { command: { type: "start_series", series: 2, members: [member], on_gpu: engine === "gpu" }, until: ["series_points", "series_ended"] },
    ]);
    const cancels = waits(events, "cancel_series", (e) => e.type === "series_ended").slice(1);
    console.log(`${engine}: cancelled in ${cancels.map((t) => t.toFixed(0))} ms`);
    const failed = events.filter((e) => e.type === "member_ended" && e.error);
    expect(failed.map((e) => `${e.error.code}: ${[e.error.message, ...(e.error.details ?? [])].join(" ").slice(0, 200)}`)).toEqual([]);
    expect(events.filter((e) => e.type === "series_ended").map((e) => e.cancelled)).toEqual(new Array(6).fill(true));
    expect(cancels.length).toBe(5);
    expect(median(cancels), `cancels ${cancels}`).toBeLessThan(500);
  });
}
