#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { diffLockfiles, formatDiff, isEmpty, readLockfile, watchLockfile } from '../index.js';

const HELP = `Compares registry lockfiles: the 13-byte header and the published packages.

Usage:
  lockb-diff [--json] OLD NEW       print what differs
  lockb-diff [--json] --watch FILE  print each change of FILE until interrupted

Exit codes: 0 no difference, 1 there are differences, 2 a file or the command line is wrong.`;

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean' }, watch: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    return { error: error.message };
  }
}

async function run() {
  const { values = {}, positionals = [], error } = parse();
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const wanted = values.watch === undefined ? 2 : 0;
  if (error !== undefined || positionals.length !== wanted) {
    console.error(`lockb-diff: ${error ?? 'name OLD and NEW, or --watch FILE'}\n\n${HELP}`);
    return 2;
  }
  const print = (diff) => console.log(values.json ? JSON.stringify(diff) : formatDiff(diff));
  try {
    if (values.watch !== undefined) {
      const stop = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());
      for await (const diff of watchLockfile(values.watch, { signal: stop.signal })) print(diff);
      return 0;
    }
    const [before, after] = await Promise.all(positionals.map((path) => readLockfile(path)));
    const diff = diffLockfiles(before, after);
    if (values.json || !isEmpty(diff)) print(diff);
    return isEmpty(diff) ? 0 : 1;
  } catch (failure) {
    console.error(`lockb-diff: ${failure.message}`);
    return 2;
  }
}

process.exitCode = await run();
