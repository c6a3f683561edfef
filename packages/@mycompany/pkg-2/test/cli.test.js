import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../bin/lockb-diff.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pkg-2-cli-'));
after(() => rmSync(folder, { recursive: true }));

function lockfile(name, lines) {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat([Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0), Buffer.from(lines)]));
  return path;
}

const before = lockfile('before', '');
const now = lockfile('now', 'a@1.0.0 sha512-AA==\n');

function run(...args) {
  return spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
}

test('exit codes are those of diff', () => {
  const differs = run(before, now);
  assert.equal(differs.status, 1);
  assert.equal(differs.stdout, '+ a@1.0.0 sha512-AA==\n');
  const same = run(now, now);
  assert.equal(same.status, 0);
  assert.equal(same.stdout, '');
  assert.equal(run(now, join(folder, 'missing')).status, 2);
  for (const args of [[], [before], ['--nope'], ['--watch', now, before]]) {
    assert.equal(run(...args).status, 2);
  }
});

test('JSON is one object', () => {
  assert.equal(JSON.parse(run('--json', before, now).stdout).added[0].name, 'a');
});
