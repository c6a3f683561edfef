/**
 * Compares and watches registry lockfiles: the 13-byte header and the package lines after it.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { decode, FIELDS, formatValue, HEADER_LENGTH } from '@mycompany/pkg-1';

/** Thrown when a package line cannot be read. */
export class LockfileError extends Error {
  name = 'LockfileError';
}

/** Parses a whole lockfile. */
export function parseLockfile(bytes) {
  const header = decode(bytes);
  const lines = new TextDecoder().decode(bytes.subarray(HEADER_LENGTH)).split('\n');
  // A line counts once its line feed is there: what follows the last one is still being appended.
  lines.pop();
  const packages = lines.map((line, index) => parseLine(line, index + 1));
  return { header, packages };
}

function parseLine(line, number) {
  // The name may begin with `@`, so the version begins after the last one before the space.
  const match = /^(?<name>@?[^@\s]+)@(?<version>[^@\s]+) (?<integrity>\S+)$/.exec(line);
  if (match === null) {
    throw new LockfileError(`package line ${number} is not "name@version integrity": ${JSON.stringify(line)}`);
  }
  const { name, version, integrity } = match.groups;
  return { name, version, integrity };
}

/** Reads and parses a lockfile. */
export async function readLockfile(path) {
  return parseLockfile(await readFile(path));
}

/** Compares two parsed lockfiles. */
export function diffLockfiles(before, after) {
  const fields = FIELDS.map(({ name }) => ({
    field: name,
    before: before.header[name],
    after: after.header[name],
  })).filter((change) => change.before !== change.after);

  const old = byId(before.packages);
  const now = byId(after.packages);
  const added = [...now].filter(([id]) => !old.has(id)).map(([, entry]) => entry);
  const removed = [...old].filter(([id]) => !now.has(id)).map(([, entry]) => entry);
  const changed = [...now]
    .filter(([id, entry]) => old.has(id) && old.get(id).integrity !== entry.integrity)
    .map(([id, entry]) => ({
      name: entry.name,
      version: entry.version,
      before: old.get(id).integrity,
      after: entry.integrity,
    }));
  return { fields, added, removed, changed };
}

function byId(packages) {
  return new Map(packages.map((entry) => [`${entry.name}@${entry.version}`, entry]));
}

/** Whether a diff holds no difference. */
export function isEmpty(diff) {
  return Object.values(diff).every((changes) => changes.length === 0);
}

/** Formats a diff with one line for each difference; the empty string when there is none. */
export function formatDiff(diff) {
  return [
    ...diff.fields.map(
      ({ field, before, after }) => `~ ${field}: ${formatValue(field, before)} -> ${formatValue(field, after)}`,
    ),
    ...diff.removed.map(({ name, version, integrity }) => `- ${name}@${version} ${integrity}`),
    ...diff.added.map(({ name, version, integrity }) => `+ ${name}@${version} ${integrity}`),
    ...diff.changed.map(({ name, version, before, after }) => `! ${name}@${version} ${before} -> ${after}`),
  ].join('\n');
}

/**
 * Yields a diff each time the lockfile changes, until the signal aborts.
 *
 * It starts from what `from` holds, so no change is lost between an earlier read and the watch.
 * It looks at the content and not at file events: a change through a memory map makes no event.
 */
export async function* watchLockfile(path, { intervalMs = 100, from, signal } = {}) {
  let lockfile = from;
  let bytes;
  while (!signal?.aborted) {
    const next = await readFile(path);
    if (bytes === undefined || !next.equals(bytes)) {
      bytes = next;
      const before = lockfile;
      lockfile = parseLockfile(next);
      const diff = diffLockfiles(before ?? lockfile, lockfile);
      // The first half of a line changes the bytes and not yet the meaning.
      if (!isEmpty(diff)) yield diff;
    }
    try {
      await sleep(intervalMs, undefined, { signal });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  }
}
