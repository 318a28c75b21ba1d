// Names what changed between two schemas for those who call the hub, and what of it breaks them.
//
//   node changes.mjs RELEASED CURRENT [--day YYYY-MM-DD] [--release]
//
// RELEASED is `-` before the first release.
//
// Prints a line for each change: `breaking`, `dangerous` (callers may have to look) or `as announced` (a
// removal whose day has come). Ends with status 1 where something breaks callers, or a deprecation does
// not say what CONTRIBUTING.md asks of it. `--release` asks as well that whatever is deprecated for the
// first time stays for the whole period.

import { readFileSync } from 'node:fs';
import process, { argv } from 'node:process';
import {
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
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
const before = released === '-' ? undefined : read(released);

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
  for (const description of [...findBreakingChanges(before, now).map(({ description }) => description), ...demanded(before, now)]) {
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

/** What an input demands now that it did not demand before, and that graphql-js does not tell. */
function demanded(before, now) {
  const found = [];
  for (const type of ours(before)) {
    const after = now.getType(type.name);
    if (isInputObjectType(type) && isInputObjectType(after)) {
      if (after.isOneOf && !type.isOneOf) {
        found.push(`${type.name} takes exactly one field now.`);
      }
      for (const field of fields(type)) {
        const later = after.getFields()[field.name];
        if (later && isRequiredInputField(later) && !isRequiredInputField(field)) {
          found.push(`${type.name}.${field.name} has to be given now.`);
        }
      }
    }
    for (const field of isInputObjectType(type) ? [] : fields(type)) {
      for (const arg of field.args) {
        const later = after?.getFields?.()[field.name]?.args.find(({ name }) => name === arg.name);
        if (later && isRequiredArgument(later) && !isRequiredArgument(arg)) {
          found.push(`${type.name}.${field.name} arg ${arg.name} has to be given now.`);
        }
      }
    }
  }
  return found;
}

/** The removals of types that removable things led to, and nothing else. */
function goneTypes(before, now, removable) {
  const left = new Set(ours(before).map(({ name }) => name).filter((name) => !now.getType(name)));
  const roots = [before.getQueryType(), before.getMutationType(), before.getSubscriptionType()];
  const leads = (type) => [
    ...(isAbstractType(type) ? before.getPossibleTypes(type).map(({ name }) => ({ to: name })) : []),
    ...fields(type).flatMap((field) => [
      { to: getNamedType(field.type).name, removal: `${type.name}.${field.name} was removed.` },
      ...(field.args ?? []).map((arg) => ({
        to: getNamedType(arg.type).name,
        removal: `${type.name}.${field.name} arg ${arg.name} was removed.`,
        with: `${type.name}.${field.name} was removed.`,
      })),
    ]),
  ];
  const goes = (road) => removable.has(road.removal) || removable.has(road.with);
  // What a type that stays leads to by a road that stays, and what a root is, stays as well.
  const blocked = new Set(roots.map((root) => root?.name).filter((name) => left.has(name)));
  const look = ours(before).filter(({ name }) => !left.has(name) || blocked.has(name));
  const led = new Set();
  for (const type of look) {
    for (const road of leads(type)) {
      if (left.has(road.to) && goes(road)) {
        led.add(road.to);
      } else if (left.has(road.to) && !blocked.has(road.to)) {
        blocked.add(road.to);
        look.push(before.getType(road.to));
      }
    }
  }
  // What goes takes with it what only it leads to.
  for (const name of led) {
    for (const road of leads(before.getType(name))) {
      if (left.has(road.to)) {
        led.add(road.to);
      }
    }
  }
  return new Set([...led].filter((name) => !blocked.has(name)).map((name) => `${name} was removed.`));
}

function ours(schema) {
  return Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type));
}

function fields(type) {
  return isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? Object.values(type.getFields()) : [];
}
