// A program that uses Octokit, which reads no variables: they are named in code.
import { Octokit } from 'octokit';

const { GITHUB_API_URL: baseUrl, GITHUB_TOKEN: auth } = process.env;
const octokit = new Octokit({ baseUrl, auth });
const repository = { owner: 'acme', repo: 'sample' };

const CALLS: Readonly<Record<string, () => Promise<unknown>>> = {
  repository: async () => (await octokit.rest.repos.get(repository)).data.full_name,
  'all-issues': async () =>
    (await octokit.paginate(octokit.rest.issues.listForRepo, repository)).map(({ title }) => title),
  'new-issue': async () =>
    (await octokit.rest.issues.create({ ...repository, title: 'An issue' })).data.title,
  graphql: () => octokit.graphql('{ viewer { login } }'),
  'other-path': () => octokit.rest.users.getAuthenticated(),
};

process.stdout.write(JSON.stringify(await CALLS[process.argv[2] ?? '']?.()));
