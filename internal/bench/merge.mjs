// Merges planned changes as a program without metameld would, and checks nothing:
//
//	node merge.mjs plans.ndjson [print]
//
// It prints how many lines it read and how long the merged users are in all; with
// "print", the users themselves.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

const [file, mode] = process.argv.slice(2);
let count = 0;
let length = 0;

for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
  const { user, payload } = JSON.parse(line);
  for (const name of ['user_metadata', 'app_metadata']) {
    const delta = payload[name];
    if (!delta) continue;
    const merged = { ...user[name], ...delta };
    for (const key in delta) {
      if (delta[key] === null) delete merged[key];
    }
    user[name] = merged;
  }
  const text = JSON.stringify(user);
  if (mode === 'print') console.log(text);
  count++;
  length += text.length;
}
if (mode !== 'print') console.log(count, length);
