#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { format, normalizeUrl, readHeader, registryHash } from '../index.js';

const HELP = `Prints the 13-byte header of a registry lockfile.

Usage:
  lockb-header [--json] FILE   print the header of FILE
  lockb-header --hash URL      print the registry hash of a base URL

Exit codes: 0 done, 1 the file could not be read, 2 the command line is wrong.`;

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { json: { type: 'boolean' }, hash: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
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
  const wanted = values.hash === undefined ? 1 : 0;
  if (error !== undefined || positionals.length !== wanted) {
    console.error(`lockb-header: ${error ?? 'name one FILE, or --hash URL'}\n\n${HELP}`);
    return 2;
  }
  try {
    if (values.hash !== undefined) {
      const hash = registryHash(values.hash).toString(16).padStart(8, '0');
      console.log(`0x${hash}  ${normalizeUrl(values.hash)}`);
    } else {
      const header = await readHeader(positionals[0]);
      console.log(values.json ? JSON.stringify(header, null, 2) : format(header));
    }
    return 0;
  } catch (failure) {
    console.error(`lockb-header: ${failure.message}`);
    return 1;
  }
}

process.exitCode = await run();
