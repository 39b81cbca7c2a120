// An OpenID Connect provider for the tests: the certified server `oidc-provider` with people who have no password.
//
//   node provider.mjs ISSUER PORT REDIRECT PEOPLE
//
// PEOPLE is a file of JSON, {subject: {claim: value}}, read anew for each sign-in: a test can change what is said of
// somebody. What is typed as login is the subject. Writes "ready" when it answers.
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const [issuer, port, redirect, people] = process.argv.slice(2);
const known = () => JSON.parse(readFileSync(people, 'utf8'));

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'palabre',
      client_secret: 'a secret of at least thirty-two characters',
      redirect_uris: [redirect],
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  claims: {
    openid: ['sub'],
    email: ['email', 'email_verified'],
    profile: ['preferred_username', 'groups', 'realm_access', 'card'],
  },
  // In the ID token: only `sub`. Everything else has to be asked for at the UserInfo endpoint.
  conformIdTokenClaims: true,
  pkce: { methods: ['S256'], required: () => true },
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ['only for tests'] },
  findAccount: (_, sub) => {
    const claims = known()[sub];
    return claims && { accountId: sub, claims: () => ({ sub, ...claims }) };
  },
});
provider.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
