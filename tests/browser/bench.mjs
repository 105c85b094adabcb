// Milliseconds per training step of Petri's session beside a bare burn loop, for the three reference
// networks and both engines in one browser, the time from a cold start to the first loss point, and the speed beside views.
import { chromium } from "@playwright/test";
import { views } from "./bench-views.mjs";
import { launchOptions } from "./chromium.mjs";
import { host } from "./host.mjs";
import { converse } from "./worker.mjs";

const steps = Number(process.env.PETRI_BENCH_STEPS ?? 40);
const origin = "http://127.0.0.1:8322";
/// Measured for the bare loop on two cores: [CPU, GPU on SwiftShader with fusion].
const reference = { mlp: [1.3, 19], cnn: [25, 560], "unet-mini": [73, 563] };

const server = await host(process.env.PETRI_SITE, 8322);
const browser = await chromium.launch(launchOptions);
try {
  const page = await browser.newPage();
  await page.goto(`${origin}/#/lab?v=1&preset=cnn`);
  const rows = [];
  for (const gpu of [false, true]) {
    for (const preset of ["mlp", "cnn", "unet-mini"]) {
      // The software adapter needs half a second a step.
      const n = gpu && preset !== "mlp" ? Math.min(steps, 20) : preset === "mlp" ? steps * 5 : steps;
      const script = [{ command: { type: "bench", request: 1, preset, gpu, steps: n }, until: "benched" }];
      const events = await page.evaluate(converse, { kind: "gpu", script, timeoutMillis: 240_000 });
      const { session_millis, bare_millis } = events.find((event) => event.type === "benched").result;
      rows.push([gpu ? "GPU" : "CPU", preset, n, session_millis, bare_millis, session_millis / bare_millis, reference[preset][Number(gpu)]]);
      print(rows.at(-1));
    }
  }
  const slow = rows.filter((row) => row[5] > 1.15);
  console.log(slow.length ? `\nabove 1.15 times the bare loop: ${slow.map((row) => `${row[1]} on ${row[0]}`)}` : "\nall at most 1.15 times the bare loop");
  for (const engine of ["cpu", "gpu"]) console.log(`cold start to the first loss point, one neuron on the ${engine.toUpperCase()} engine: ${await coldStart(engine)} ms`);
  console.log(await views(browser, origin));
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}

function print([engine, preset, n, session, bare, ratio, table]) {
  if (preset === "mlp" && engine === "CPU") console.log("engine  network    steps   session      bare     ratio   table");
  const ms = (value) => value.toFixed(2).padStart(8);
  console.log(`${engine.padEnd(7)} ${preset.padEnd(10)} ${String(n).padStart(5)} ${ms(session)} ${ms(bare)} ${ms(ratio)} ${String(table).padStart(7)}`);
}

/// A new profile without any cache: from the request for the page to the first point in the chart.
async function coldStart(engine) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const start = Date.now();
  await page.goto(`${origin}/#/lab?v=1&preset=one-neuron&engine=${engine}`);
  await page.getByTestId("train").click();
  await page.getByTestId("readout-loss").filter({ hasText: "training" }).waitFor({ timeout: 120_000 });
  const millis = Date.now() - start;
  await context.close();
  return millis;
}
