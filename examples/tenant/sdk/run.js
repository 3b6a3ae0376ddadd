// Starts a tenant that serves https on a port of its own, runs the tests against
// it, and stops it. Node.js reads the certificates that it trusts when it starts,
// so the tests are a process that starts once there is one.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "tenant-"));
let status = 1;
try {
  const binary = join(dir, "tenant");
  const build = spawnSync("go", ["build", "-o", binary, ".."], { cwd: here, stdio: "inherit" });
  if (build.status !== 0) throw new Error("the tenant was not built");
  const cert = join(dir, "cert.pem");
  const tenant = spawn(binary, [
    "-port", "0", "-tls", "-cert-out", cert,
    "-connection", "Username-Password-Authentication=database",
    "-connection", "other=database",
    "-connection", "google-oauth2=social",
    "-seed", join(here, "users.ndjson"),
  ], { stdio: ["ignore", "pipe", "ignore"] });
  try {
    const [line] = await Promise.race([
      once(createInterface(tenant.stdout), "line"),
      once(tenant, "exit").then(() => { throw new Error("the tenant ended"); }),
    ]);
    const tests = spawnSync(process.execPath, ["--test", "--test-reporter=spec", "users.test.js"], {
      cwd: here,
      stdio: "inherit",
      env: { ...process.env, NODE_EXTRA_CA_CERTS: cert, TENANT: line.replace("listening on https://", "") },
    });
    status = tests.status ?? 1;
  } finally {
    if (tenant.exitCode === null) {
      tenant.kill("SIGTERM");
      const [code] = await once(tenant, "exit");
      if (code !== 0) status = 1; // it must stop in good order
    }
  }
} finally {
  rmSync(dir, { recursive: true });
}
process.exitCode = status;
