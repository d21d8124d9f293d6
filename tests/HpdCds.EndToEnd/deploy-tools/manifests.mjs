// Reads rendered manifests and prints what Kubernetes would not take, one fault a line: wrong types by the validators of kubernetes-models,
// field names that do not exist by its declarations, which the validators let pass. Kinds that it does not know are told as such.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createRequire } from "node:module";
import { parseAllDocuments } from "yaml";

const require = createRequire(import.meta.url);
const root = dirname(require.resolve("kubernetes-models/package.json"));

const declarations = new Map();

// The members of the interface in a file, each with the file of its type (null: nothing to look into).
function membersOf(file) {
  if (declarations.has(file)) return declarations.get(file);
  const text = readFileSync(file, "utf8");
  const imports = new Map([...text.matchAll(/import \{ (\w+) \} from "([^"]+)"/g)].map(([, name, from]) => [name, from]));
  const body = /export interface \w+(?: extends TypeMeta)? \{\n([\s\S]*?)\n\}/.exec(text)?.[1];
  const members = body && new Map([...body.matchAll(/^ {4}"([^"]+)"\??: (.+?);?$/gm)].map(([, name, type]) => {
    const from = imports.get(/^(?:Array<)?(\w+)>?$/.exec(type)?.[1]);
    return [name, from ? fileOf(from, file) : null];
  }));
  declarations.set(file, members);
  return members;
}

function fileOf(from, importer) {
  return from.startsWith(".")
    ? resolve(dirname(importer), from.replace(/\.js$/, ".d.ts"))
    : resolve(root, "..", `${from}.d.ts`);
}

function* unknownFields(value, file, path) {
  if (file === null || value === null || typeof value !== "object") return;
  if (Array.isArray(value)) {
    for (const [place, item] of value.entries()) yield* unknownFields(item, file, `${path}[${place}]`);
    return;
  }
  const members = membersOf(file);
  if (!members) return;
  for (const [name, inner] of Object.entries(value)) {
    if (members.has(name)) yield* unknownFields(inner, members.get(name), `${path}.${name}`);
    else yield `${path}.${name} is no field`;
  }
}

for (const document of parseAllDocuments(readFileSync(0, "utf8"))) {
  const manifest = document.toJS();
  if (manifest === null) continue;
  const { apiVersion, kind, metadata } = manifest;
  let model;
  try {
    model = (await import(`kubernetes-models/${apiVersion}/${kind}`))[kind];
  } catch {
    console.log(`${kind} ${metadata.name}: not known here`);
    continue;
  }
  try {
    new model(manifest).validate();
  } catch (fault) {
    console.log(`${kind} ${metadata.name}: ${fault.message}`);
  }
  for (const fault of unknownFields(manifest, resolve(root, apiVersion, `${kind}.d.ts`), kind)) console.log(`${metadata.name}: ${fault}`);
}
