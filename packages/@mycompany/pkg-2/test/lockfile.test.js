import assert from 'node:assert/strict';
import { appendFile, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { encode, FLAGS } from '@mycompany/pkg-1';
import { diffLockfiles, formatDiff, isEmpty, LockfileError, parseLockfile, watchLockfile } from '../index.js';

const HEADER = {
  version: 1,
  registryHash: 1,
  featureFlags: 0,
  terminalMode: 'raw',
  rows: 0,
  cols: 0,
  reserved: 0,
};

function image(lines = '', header = {}) {
  return Buffer.concat([encode({ ...HEADER, ...header }), Buffer.from(lines)]);
}

function diff(before, after) {
  return diffLockfiles(parseLockfile(before), parseLockfile(after));
}

test('scoped and unscoped packages are read in file order', () => {
  const { header, packages } = parseLockfile(image('left-pad@1.0.0-rc.1+b sha512-AA==\n@a/b@2.0.0 sha512-BB==\n'));
  assert.deepEqual(header, HEADER);
  assert.deepEqual(packages, [
    { name: 'left-pad', version: '1.0.0-rc.1+b', integrity: 'sha512-AA==' },
    { name: '@a/b', version: '2.0.0', integrity: 'sha512-BB==' },
  ]);
});

test('a line that is still being appended is left out', () => {
  assert.deepEqual(parseLockfile(image()).packages, []);
  assert.equal(parseLockfile(image('a@1.0.0 sha512-AA==\nb@1.0.0 sha5')).packages.length, 1);
});

test('a malformed line is named by its number', () => {
  for (const line of ['', 'a', 'a@1.0.0', 'a@ sha512-AA==', '@1.0.0 sha512-AA==', 'a@1.0.0  sha512-AA==']) {
    assert.throws(() => parseLockfile(image(`a@1.0.0 sha512-AA==\n${line}\n`)), (error) => {
      assert.ok(error instanceof LockfileError);
      assert.match(error.message, /line 2/);
      return true;
    });
  }
});

test('equal lockfiles have no difference', () => {
  const same = diff(image('a@1.0.0 sha512-AA==\n'), image('a@1.0.0 sha512-AA==\n'));
  assert.ok(isEmpty(same));
  assert.equal(formatDiff(same), '');
});

test('every kind of difference is printed on its own line', () => {
  const before = image('a@1.0.0 sha512-AA==\nb@1.0.0 sha512-BB==\n');
  const after = image('a@1.0.0 sha512-XX==\n@c/c@3.0.0 sha512-CC==\n', { featureFlags: FLAGS.DEBUG, rows: 24 });
  assert.deepEqual(formatDiff(diff(before, after)).split('\n'), [
    '~ featureFlags: 0x00000000 -> 0x00000004 DEBUG',
    "~ rows: 0 (the viewer's window) -> 24",
    '- b@1.0.0 sha512-BB==',
    '+ @c/c@3.0.0 sha512-CC==',
    '! a@1.0.0 sha512-AA== -> sha512-XX==',
  ]);
});

test('a watched lockfile reports a byte changed in place and a line appended', { timeout: 10_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'pkg-2-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'registry.lockb');
  await writeFile(path, image());

  const stop = new AbortController();
  const diffs = watchLockfile(path, { intervalMs: 5, from: parseLockfile(image()), signal: stop.signal });
  const first = diffs.next();

  const file = await open(path, 'r+');
  await file.write(Uint8Array.of(FLAGS.DEBUG), 0, 1, 0x05);
  await file.close();
  assert.deepEqual((await first).value.fields, [{ field: 'featureFlags', before: 0, after: FLAGS.DEBUG }]);

  await appendFile(path, 'a@1.0.0 sha5');
  const second = diffs.next();
  await appendFile(path, '12-AA==\n');
  assert.deepEqual((await second).value.added, [{ name: 'a', version: '1.0.0', integrity: 'sha512-AA==' }]);

  const last = diffs.next();
  stop.abort();
  assert.equal((await last).done, true);
});
