import { registerHooks } from 'node:module';

const PACKAGE = '@kubernetes/client-node/dist/config.js';
/** What its `makeApiClient` needs of the generated clients; nobody calls it here. */
const NEEDED = [
  ['createConfiguration', './gen/configuration.js'],
  ['ServerConfiguration', './gen/servers.js'],
] as const;

/**
 * client-node's kubeconfig, with its rotation of tokens and its exec plugins, and without the clients that it generates
 * for every API of Kubernetes: those are eight hundred modules, 17 MB of the heap for as long as the process lives, and no
 * line of them runs. The one import that brings them in is answered with the two names it is for.
 */
export const { KubeConfig } = await importKubeConfig();

async function importKubeConfig(): Promise<typeof import('@kubernetes/client-node')> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === './gen/index.js' && context.parentURL?.endsWith(PACKAGE) === true
        ? { url: substitute(context.parentURL), shortCircuit: true }
        : next(specifier, context),
  });
  try {
    return (await import(PACKAGE)) as typeof import('@kubernetes/client-node');
  } finally {
    hooks.deregister();
  }
}

function substitute(parent: string): string {
  const exports = NEEDED.map(
    ([name, file]) => `export { ${name} } from ${JSON.stringify(new URL(file, parent).href)};`,
  );
  return `data:text/javascript,${encodeURIComponent(exports.join('\n'))}`;
}
