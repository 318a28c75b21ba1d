// Names what changed between two schemas for those who call the hub, and what of it breaks them.
//
//   node changes.mjs RELEASED CURRENT [--day YYYY-MM-DD] [--release]
//
// Prints a line for each change: `breaking`, `dangerous` (callers may have to look) or `as announced` (a
// removal whose day has come). Ends with status 1 where something breaks callers, or a deprecation does
// not say what CONTRIBUTING.md asks of it. `--release` asks as well that whatever is deprecated for the
// first time stays for the whole period.

import { existsSync, readFileSync } from 'node:fs';
import process, { argv } from 'node:process';
import {
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
} from 'graphql';

/** How many days callers have, from the release that announces a removal. */
const PERIOD = 180;
const ANNOUNCED = /^\S.*\. Goes after (\d{4}-\d{2}-\d{2})\.$/s;

const [released, current, ...options] = argv.slice(2);
const release = options.includes('--release');
const today = new Date().toISOString().slice(0, 10);
const day = options.includes('--day') ? options[options.indexOf('--day') + 1] : today;
const now = read(current);
// Before the first release there is nothing to break, and nothing announced.
const before = existsSync(released) ? read(released) : undefined;

const complaints = [];
const announced = before ? deprecations(before) : new Map();
const removable = new Set([...announced].filter(([, { goes }]) => goes && goes < day).map(([removal]) => removal));

for (const [removal, { place, goes, reason }] of deprecations(now)) {
  if (!goes) {
    complaints.push(`${place}: a reason such as "Use \`score\`. Goes after 2030-06-30." is needed, not "${reason}"`);
  } else if (goes < announced.get(removal)?.goes) {
    complaints.push(`${place}: callers were told that it stays until ${announced.get(removal).goes}`);
  } else if (release && !announced.has(removal) && goes < later(day, PERIOD)) {
    complaints.push(`${place}: is announced with this release, and stays until ${later(day, PERIOD)} at least`);
  }
}
if (before) {
  const gone = goneTypes(before, now, removable);
  for (const { description } of findBreakingChanges(before, now)) {
    if (removable.has(description) || gone.has(description)) {
      console.log(`as announced: ${description}`);
    } else {
      complaints.push(`breaking: ${description}`);
    }
  }
  for (const { description } of findDangerousChanges(before, now)) {
    console.log(`dangerous: ${description}`);
  }
}
complaints.forEach((complaint) => console.log(complaint));
process.exitCode = complaints.length ? 1 : 0;

function read(path) {
  return buildSchema(readFileSync(path, 'utf8'));
}

/** `day` and so many days. */
function later(day, days) {
  return new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
}

/** What is deprecated, under the words in which graphql-js tells of its removal. */
function deprecations(schema) {
  const found = new Map();
  const note = (removal, place, { deprecationReason: reason }) => {
    if (reason != null) {
      found.set(removal, { place, reason, goes: ANNOUNCED.exec(reason)?.[1] });
    }
  };
  for (const type of ours(schema)) {
    if (isEnumType(type)) {
      for (const value of type.getValues()) {
        note(`${value.name} was removed from enum type ${type.name}.`, `${type.name}.${value.name}`, value);
      }
    }
    for (const field of fields(type)) {
      note(`${type.name}.${field.name} was removed.`, `${type.name}.${field.name}`, field);
      for (const arg of field.args ?? []) {
        note(`${type.name}.${field.name} arg ${arg.name} was removed.`, `${type.name}.${field.name}(${arg.name}:)`, arg);
      }
    }
  }
  return found;
}

/** The removals of types that only removable things led to. */
function goneTypes(before, now, removable) {
  const left = new Set(ours(before).map(({ name }) => name).filter((name) => !now.getType(name)));
  const leads = (type) =>
    fields(type).flatMap((field) => [
      { to: getNamedType(field.type).name, removal: `${type.name}.${field.name} was removed.` },
      ...(field.args ?? []).map((arg) => ({
        to: getNamedType(arg.type).name,
        removal: `${type.name}.${field.name} arg ${arg.name} was removed.`,
        with: `${type.name}.${field.name} was removed.`,
      })),
    ]);
  const blocked = new Set();
  const look = ours(before).filter(({ name }) => !left.has(name));
  for (const type of look) {
    for (const road of leads(type)) {
      if (left.has(road.to) && !blocked.has(road.to) && !removable.has(road.removal) && !removable.has(road.with)) {
        blocked.add(road.to);
        look.push(before.getType(road.to));
      }
    }
  }
  return new Set([...left].filter((name) => !blocked.has(name)).map((name) => `${name} was removed.`));
}

function ours(schema) {
  return Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type));
}

function fields(type) {
  return isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? Object.values(type.getFields()) : [];
}
