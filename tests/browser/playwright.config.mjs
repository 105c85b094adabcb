// Browser tests: one Chromium, no retries (a flaky test is a bug), the site served on this computer.
import { defineConfig } from "@playwright/test";
import { launchOptions } from "./chromium.mjs";

// Another port for those who test beside somebody else.
const port = Number(process.env.PETRI_PORT ?? 8321);
const origin = `http://127.0.0.1:${port}`;

export default defineConfig({
  testDir: "specs",
  outputDir: ".output",
  retries: 0,
  // Two cores, and a software GPU that takes both.
  workers: 1,
  fullyParallel: false,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: [["list"], ["json"]],
  use: { baseURL: origin, launchOptions, viewport: { width: 1366, height: 900 }, trace: "retain-on-failure" },
  webServer: {
    command: `node host.mjs "${process.env.PETRI_SITE}" ${port}`,
    url: origin,
    reuseExistingServer: false,
  },
});
