import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../bin/lockb-header.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'pkg-1-cli-'));
const lockfile = join(folder, 'registry.lockb');
writeFileSync(lockfile, Uint8Array.of(1, 0, 0, 0, 0, 4, 0, 0, 0, 1, 0, 80, 0));
after(() => rmSync(folder, { recursive: true }));

function run(...args) {
  return spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
}

test('prints a header for people and as JSON', () => {
  const plain = run(lockfile);
  assert.equal(plain.status, 0);
  assert.match(plain.stdout, /featureFlags {2}0x00000004 DEBUG/);
  assert.equal(JSON.parse(run('--json', lockfile).stdout).terminalMode, 'cooked');
});

test('prints the hash of a URL', () => {
  assert.match(run('--hash', 'HTTP://localhost:80/').stdout, /^0x[0-9a-f]{8} {2}http:\/\/localhost\n$/);
});

test('exit codes tell a bad file from a bad command line', () => {
  const missing = run(join(folder, 'missing'));
  assert.equal(missing.status, 1);
  assert.match(missing.stderr, /^lockb-header: ENOENT/);
  for (const args of [[], ['a', 'b'], ['--nope'], ['--hash', 'http://a', 'b']]) {
    assert.equal(run(...args).status, 2);
  }
  assert.equal(run('--help').status, 0);
});
