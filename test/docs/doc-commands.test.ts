import { expect, test } from 'vitest';
import { findCommands } from './doc-commands.ts';

const TEXT = `# A page

Inline \`kubectl get pods\` is not run.

\`\`\`sh
# A comment.
npm ci && npm test   # what it does
kubectl get pods \\
  --selector 'a in (b, #c)' \\
  --output name

kubectl get services
\`\`\`

\`\`\`yaml
kind: Pod
\`\`\`

\`\`\`console
$ kubectl apply -f pod.yaml
Error: no
  second line
$ kubectl version
\`\`\`

1. A step:

   \`\`\`sh
   kubectl get nodes
   \`\`\`
`;

test('commands are those of sh and console blocks, with their lines, continuations and output', () => {
  expect(findCommands(TEXT, 'page.md')).toEqual([
    { file: 'page.md', line: 7, command: 'npm ci && npm test', output: null },
    {
      file: 'page.md',
      line: 8,
      command: "kubectl get pods --selector 'a in (b, #c)' --output name",
      output: null,
    },
    { file: 'page.md', line: 12, command: 'kubectl get services', output: null },
    { file: 'page.md', line: 20, command: 'kubectl apply -f pod.yaml', output: 'Error: no\n  second line' },
    { file: 'page.md', line: 23, command: 'kubectl version', output: '' },
    { file: 'page.md', line: 29, command: 'kubectl get nodes', output: null },
  ]);
});
