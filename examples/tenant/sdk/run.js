// For each version of the SDK, starts a tenant that serves https on a port of its own,
// runs the tests against it, and stops it. Node.js reads the certificates that it
// trusts when it starts, so the tests are a process that starts once there is one.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const dir = mkdtempSync(join(tmpdir(), "tenant-"));
const { devDependencies: versions } = JSON.parse(readFileSync(join(here, "package.json")));
let failed = false;
try {
  const binary = join(dir, "tenant");
  const build = spawnSync("go", ["build", "-o", binary, ".."], { cwd: here, stdio: "inherit" });
  if (build.status !== 0) throw new Error("the tenant was not built");
  for (const [name, version] of Object.entries(versions)) {
    console.log(version);
    if (!await passes(binary, name)) failed = true;
  }
} finally {
  rmSync(dir, { recursive: true });
}
process.exitCode = failed ? 1 : 0;

// passes reports whether the tests pass with the SDK of that name.
async function passes(binary, name) {
  const cert = join(dir, `${name}.pem`);
  const tenant = spawn(binary, [
    "-port", "0", "-tls", "-cert-out", cert,
    "-connection", "Username-Password-Authentication=database",
    "-connection", "other=database",
    "-connection", "google-oauth2=social",
    "-seed", join(here, "users.ndjson"),
  ], { stdio: ["ignore", "pipe", "ignore"] });
  let status = 1;
  try {
    const [line] = await Promise.race([
      once(createInterface(tenant.stdout), "line"),
      once(tenant, "exit").then(() => { throw new Error("the tenant ended"); }),
    ]);
    const tests = spawnSync(process.execPath, ["--test", "--test-reporter=spec", "users.test.js"], {
      cwd: here,
      stdio: "inherit",
      env: { ...process.env, NODE_EXTRA_CA_CERTS: cert, TENANT: line.replace("listening on https://", ""), SDK: name },
    });
    status = tests.status ?? 1;
  } finally {
    if (tenant.exitCode === null) {
      tenant.kill("SIGTERM");
      const [code] = await once(tenant, "exit");
      if (code !== 0) status = 1; // it must stop in good order
    }
  }
  return status === 0;
}
